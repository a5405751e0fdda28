// Sorts and filters the tables of a class; without it they are whole, in the order of the names.
"use strict";

const order = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const filter = document.querySelector(`.filter[data-for="${table.id}"]`);
  const input = filter.querySelector("input");
  const status = filter.querySelector("[role=status]");
  const rows = [...body.rows].map((row) => ({ row, text: plain(row.textContent) }));

  const sort = (column) => {
    const head = heads[column];
    const turn = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    const isNumber = "numbers" in head.dataset;
    const read = ({ row }) => {
      const text = row.cells[column].textContent.trim();
      return isNumber ? parseFloat(text) : text;
    };
    const isEmpty = (value) => value === "" || Number.isNaN(value);
    const keyed = rows.map((entry) => ({ entry, key: read(entry) }));
    keyed.sort(({ key: a }, { key: b }) => {
      if (isEmpty(a) || isEmpty(b)) return isEmpty(a) - isEmpty(b); // what is not there comes last, either way
      return turn * (isNumber ? a - b : order.compare(a, b));
    });
    rows.splice(0, rows.length, ...keyed.map(({ entry }) => entry));
    body.append(...rows.map(({ row }) => row));
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", turn > 0 ? "ascending" : "descending");
    status.textContent = `Sorted by ${head.textContent}, ${turn > 0 ? "ascending" : "descending"}.`;
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(column));
    head.append(button);
  });

  input.addEventListener("input", () => {
    const words = plain(input.value).split(/\s+/);
    let shown = 0;
    for (const { row, text } of rows) {
      row.hidden = !words.every((word) => text.includes(word));
      shown += !row.hidden;
    }
    status.textContent = `${shown} of ${rows.length} students`;
  });
  filter.hidden = false;
}
