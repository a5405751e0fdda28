# todo

