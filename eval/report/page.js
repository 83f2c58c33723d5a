"use strict";
// Texts are only ever set as text, never as markup. Offsets count characters, not UTF-16 units.
const articles = JSON.parse(document.getElementById("articles").textContent);

function marked(box) {
  const characters = Array.from(articles[box.dataset.article].text);
  const kinds = new Array(characters.length).fill("");
  for (const [start, end, kind] of JSON.parse(box.dataset.marks))
    for (let at = start; at < Math.min(end, characters.length); at++)
      kinds[at] = kinds[at] && kinds[at] !== kind ? "both" : kind;
  box.textContent = "";
  for (let start = 0, end; start < characters.length; start = end) {
    for (end = start + 1; end < characters.length && kinds[end] === kinds[start];) end++;
    const piece = document.createElement(kinds[start] ? "mark" : "span");
    piece.className = kinds[start];
    piece.textContent = characters.slice(start, end).join("");
    box.append(piece);
  }
  const first = box.querySelector("mark");
  if (first) box.scrollTop = Math.max(0, first.offsetTop - box.offsetTop - 60);
}

for (const item of document.querySelectorAll(".case"))
  item.addEventListener("toggle", () => {
    if (item.open) for (const box of item.querySelectorAll(".article:empty")) marked(box);
  });

const fields = [...document.querySelectorAll(".filters [data-field]")];
function sift() {
  let left = 0;
  for (const item of document.querySelectorAll(".case")) {
    item.hidden = !fields.every(({ value, dataset }) => dataset.field === "text"
      ? item.textContent.toLocaleLowerCase().includes(value.toLocaleLowerCase())
      : !value || item.dataset[dataset.field] === value);
    left += !item.hidden;
  }
  document.getElementById("left").textContent = left;
}
for (const field of fields) field.addEventListener("input", sift);
if (location.hash) {
  const item = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (item) { item.open = true; item.scrollIntoView(); }
}
