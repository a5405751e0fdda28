import math
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.wire.arrays import BadArrayError, pack, unpack
from grader.wire.messages import Array

_PLAIN = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "c8", "c16", "S1", "S7", "U1", "U5"]
_dtypes = st.builds(lambda order, name: np.dtype(order + name), st.sampled_from("<>="), st.sampled_from(_PLAIN))
_unicode = st.characters(exclude_categories=["Cs"])


def _elements(dtype: np.dtype[Any]) -> st.SearchStrategy[Any] | None:
    return st.text(_unicode, max_size=dtype.itemsize // 4) if dtype.kind == "U" else None


_arrays: st.SearchStrategy[np.ndarray] = _dtypes.flatmap(
    lambda dtype: npst.arrays(
        dtype,
        npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
        elements=_elements(dtype),
    )
)


@settings(max_examples=200, deadline=None)
@given(_arrays)
def test_every_allowed_array_survives_the_round_trip(array: np.ndarray) -> None:
    record = pack(array)
    again = unpack(record)
    assert again.shape == array.shape
    assert again.dtype == array.dtype.newbyteorder("<")
    np.testing.assert_array_equal(again, array)
    assert len(record.data) == array.nbytes


@settings(max_examples=200, deadline=None)
@given(_arrays, st.data())
def test_views_into_other_arrays_cross_as_they_look(array: np.ndarray, data: st.DataObject) -> None:
    view = array[data.draw(npst.basic_indices(array.shape, allow_newaxis=True, allow_ellipsis=True))]
    view = np.asarray(view).T
    np.testing.assert_array_equal(unpack(pack(view)), view)


def test_the_bytes_are_little_endian_in_c_order() -> None:
    array = np.array([[1, 2], [3, 258]], dtype=">u2")
    assert pack(array) == Array("<u2", (2, 2), b"\1\0\2\0\3\0\2\1")
    assert pack(array.T) == Array("<u2", (2, 2), b"\1\0\3\0\2\0\2\1")
    assert pack(np.array(1.0, dtype="f4")) == Array("<f4", (), b"\0\0\x80\x3f")  # IEEE 754
    assert pack(np.array(["aé"])) == Array("<U2", (1,), "aé".encode("utf-32-le"))
    assert pack(np.array([b"ab", b"c"])) == Array("|S2", (2,), b"abc\0")
    assert pack(np.zeros((0, 3), dtype="f8")) == Array("<f8", (0, 3), b"")


def test_an_unpacked_array_is_read_only_and_keeps_no_copy() -> None:
    record = Array("<i4", (3,), np.arange(3, dtype="<i4").tobytes())
    array = unpack(record)
    assert not array.flags.writeable
    assert np.shares_memory(array, np.frombuffer(record.data, "u1"))
    assert array.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "array",
    [
        np.array([object()]),
        np.array([[1, 2], None], dtype=object),
        np.zeros(2, dtype=[("a", "f4")]),
        np.zeros(2, dtype="V4"),
        np.zeros(2, dtype="M8[s]"),
        np.zeros(2, dtype="m8[ns]"),
        np.zeros(2, dtype=np.longdouble),
        np.array(["a"], dtype=np.dtypes.StringDType()),
        np.zeros(1, dtype="U1000000"),
    ],
)
def test_other_types_are_not_packed(array: np.ndarray) -> None:
    with pytest.raises(BadArrayError, match="cannot cross"):
        pack(array)


@pytest.mark.parametrize(
    "dtype",
    [
        *"|O <f16 <M8[s] <m8 |V4 |V0 >f4 f4 float32 =f4 <U0 <U <U-1 <U1000000 |S0 |S08 <S3 |U3 |a3 f4,f4".split(),
        *"(2,)<f4 <i16 |i2 <b1 |B <g <T16".split(),
        *("", "\0", "<f4\0", "<f4\n", "<U3\n", "\n<U3", " <f4", "<U٣", "{'names': ['a']}"),
    ],
)
def test_other_types_are_not_unpacked(dtype: str) -> None:
    for data in (b"", bytes(4), bytes(12)):
        with pytest.raises(BadArrayError):
            unpack(Array(dtype, (len(data) // 4,), data))


@pytest.mark.parametrize(
    "dtype,shape,length",
    [
        ("<f4", (2,), 7),
        ("<f4", (2,), 9),
        ("<f4", (), 0),
        ("<f4", (), 8),
        ("<f4", (0,), 4),
        ("<f8", (2**32, 2**32), 0),
        ("|i1", (2**64,), 0),
        ("<c16", (2**60,), 0),
        ("|S999999", (2**62, 2**62), 16),
        ("<f4", (1,) * 33, 4),
        ("<f4", (0, 2**63), 0),
        ("<f4", (0, 10**17, 10**17), 0),
        ("<U999999", (10**13, 0), 0),
    ],
)
def test_parts_that_do_not_fit_are_refused_without_memory(dtype: str, shape: tuple[int, ...], length: int) -> None:
    data = bytes(length)
    tracemalloc.start()
    try:
        with pytest.raises(BadArrayError):
            unpack(Array(dtype, shape, data))
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(["|b1", "|i1", "<i2", "<f4", "<c16", "<U1", "<U3", "|S4", "<U999999", "|O", "<U2\n"])
    | st.text(max_size=12),
    st.lists(
        st.integers(0, 4) | st.sampled_from([2**31, 2**32, 2**60, 2**63 - 1, 2**63, 2**64 - 1, 10**17]), max_size=5
    )
    | st.lists(st.integers(0, 2**64 - 1), max_size=40),
    st.binary(max_size=64),
    st.booleans(),
)
def test_any_record_is_an_array_of_its_bytes_or_refused(dtype: str, shape: list[int], data: bytes, fit: bool) -> None:
    if fit:  # the number of bytes that belongs to it, so that not every case fails on that
        size = 4 if dtype[1:] in {"f4", "U1", "S4"} else 1
        data = (data * 64)[: min(math.prod(shape), 64) * size]
    try:
        array = unpack(Array(dtype, tuple(shape), data))
    except BadArrayError:
        return
    assert array.nbytes == len(data)
    assert array.shape == tuple(shape)
    assert array.tobytes() == data


@pytest.mark.parametrize("point", [0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0x110000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
@pytest.mark.parametrize("place", [0, 1, 5])
def test_text_that_is_no_unicode_is_refused(point: int, place: int) -> None:
    points = [97] * 6
    points[place] = point
    data = b"".join(each.to_bytes(4, "little") for each in points)
    for dtype, shape in (("<U2", (3,)), ("<U6", ()), ("<U1", (2, 3))):
        with pytest.raises(BadArrayError, match="Unicode"):
            unpack(Array(dtype, shape, data))


@pytest.mark.parametrize("point", [0, 0x41, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF])
def test_text_at_the_bounds_of_unicode_is_taken(point: int) -> None:
    array = unpack(Array("<U2", (1,), b"a\0\0\0" + point.to_bytes(4, "little")))
    assert array.tolist() == ["a" + chr(point) if point else "a"]
