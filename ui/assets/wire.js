// What a person does with an element that carries data-on becomes the component's event of that name, with the
// element's own data, that of what it stands in, and the fields of its form.
const facts = (start) => {
  const found = {};
  for (const name of ["turn", "article", "conversation", "run", "search", "order"]) {
    const holder = start.closest(`[data-${name}]`);
    if (holder) found[name] = holder.dataset[name];
  }
  const shown = document.querySelector("#thread [data-conversation]");
  found.current = shown ? shown.dataset.conversation : "";
  if (!("conversation" in found)) found.conversation = found.current;
  return { ...found, ...start.dataset };
};
element.addEventListener("click", (event) => {
  const source = event.target.closest("button[data-on]");
  if (source && element.contains(source)) trigger(source.dataset.on, facts(source));
});
element.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-on]");
  if (!form) return;
  event.preventDefault();
  const fields = new FormData(form);
  const values = {};
  for (const name of new Set(fields.keys())) {
    const all = fields.getAll(name).map(String);
    values[name] = name === "sources" || name === "languages" ? all : all[0];
  }
  trigger(form.dataset.on, { ...facts(form), ...values });
});
watch("value", () => element.dispatchEvent(new CustomEvent("td-shown", { bubbles: true, detail: element })));
