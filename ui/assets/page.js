// What the page does by itself: the citation's card, the reader, the question box, limits, views.
// No text from outside is ever made markup here: textContent only.
"use strict";
(() => {
  const $ = (selector, from = document) => from.querySelector(selector);
  const root = document.documentElement;
  const body = () => document.body;

  // Gradio names the language of the browser, not that of the page.
  const language = /\/en(\/|$)/.test(location.pathname) ? "en" : "vi";
  const speak = () => { if (root.lang !== language) root.lang = language; };
  new MutationObserver(speak).observe(root, { attributeFilter: ["lang"] });
  speak();

  // Views
  const view = () => (["#library", "#evaluation"].includes(location.hash) ? location.hash.slice(1) : "ask");
  // The runs are read when somebody wants to see them.
  const load = () => {
    const button = view() === "evaluation" && $("#evaluation [data-load]");
    if (button) { button.click(); delete button.dataset.load; }
  };
  const show = () => {
    root.dataset.view = view();
    for (const link of document.querySelectorAll("a[data-view]")) {
      if (link.dataset.view === view()) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
    }
  };
  addEventListener("hashchange", () => { show(); load(); if (view() === "ask") $("#question")?.focus(); });
  root.dataset.view = view();

  // The card of a citation
  const tip = document.createElement("div");
  tip.id = "tip"; tip.setAttribute("role", "tooltip"); tip.hidden = true;
  const hideTip = () => { tip.hidden = true; document.querySelector("[aria-describedby=tip]")?.removeAttribute("aria-describedby"); };
  const showTip = (cite) => {
    hideTip();
    if (!tip.isConnected) body().append(tip);
    const where = document.createElement("strong"), quote = document.createElement("q");
    where.textContent = `${cite.dataset.outlet} · ${cite.dataset.date}`;
    quote.textContent = cite.dataset.quote;
    tip.replaceChildren(where, quote);
    tip.hidden = false;
    cite.setAttribute("aria-describedby", "tip");
    const at = cite.getBoundingClientRect(), size = tip.getBoundingClientRect(), gap = 6;
    const left = Math.max(8, Math.min(at.left - 12, innerWidth - size.width - 8));
    const above = at.top - size.height - gap;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > 8 ? above : at.bottom + gap}px`;
  };
  const citeOf = (event) => (event.target instanceof Element ? event.target.closest(".cite") : null);
  document.addEventListener("mouseover", (event) => { const cite = citeOf(event); if (cite) showTip(cite); });
  document.addEventListener("mouseout", (event) => { if (citeOf(event) && !tip.contains(event.relatedTarget)) hideTip(); });
  document.addEventListener("focusin", (event) => { const cite = citeOf(event); if (cite && cite.matches(":focus-visible")) showTip(cite); else hideTip(); });
  addEventListener("scroll", hideTip, { passive: true, capture: true });

  // The reader
  let opener = null;
  const close = () => {
    if (!root.classList.contains("reading-on")) return;
    root.classList.remove("reading-on");
    $(".is-open")?.classList.remove("is-open");
    (opener && opener.isConnected ? opener : $("#question"))?.focus();
  };
  const opened = (reader) => {
    const reading = $(".reading", reader);
    if (!reading || reading.dataset.ticket === reader.dataset.shown) return;
    reader.dataset.shown = reading.dataset.ticket;
    root.classList.add("reading-on");
    const mark = $(".text mark.is-current", reader);
    requestAnimationFrame(() => {
      // The talk has become narrower: what was clicked has moved.
      if (opener?.isConnected) opener.scrollIntoView({ block: "center" });
      if (mark) mark.scrollIntoView({ block: "center" }); else reading.scrollTop = 0;
      if (!reader.contains(document.activeElement) || document.activeElement.disabled) $("h2", reader)?.focus({ preventScroll: true });
    });
  };

  // The question box
  const box = () => $("#question"), form = () => $("#ask");
  const grow = () => { const it = box(); it.style.height = "auto"; it.style.height = `${Math.min(it.scrollHeight, 200)}px`; };
  const edit = (text, replaces) => {
    box().value = text; form().elements.replaces.value = replaces || "";
    $(".editing").hidden = !replaces; grow(); box().focus();
  };
  const busy = () => root.classList.contains("asking");
  const ask = (text, replaces) => {
    if (busy()) return;
    edit(text, replaces); form().requestSubmit();
  };
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "ask") return;
    if (busy() || !box().value.trim()) { event.preventDefault(); event.stopImmediatePropagation(); box().focus(); return; }
    root.classList.add("asking");
    setTimeout(() => { edit("", ""); });
  }, true);
  document.addEventListener("input", (event) => { if (event.target.id === "question") grow(); });

  // Limits
  const day = (value) => new Date(`${value}T00:00`).toLocaleDateString(
    language === "vi" ? "vi-VN" : "en-GB", { day: "numeric", month: language === "vi" ? "numeric" : "long", year: "numeric" });
  const limits = () => {
    const active = $(".limits .active");
    if (!active || !form()) return;
    const found = [];
    for (const field of form().elements) {
      if (field.type === "date" && field.value) found.push(`${field.parentElement.firstChild.textContent.trim()} ${day(field.value)}`);
      if (field.type === "checkbox" && field.checked) found.push(field.dataset.shown);
    }
    active.textContent = found.length ? found.join(" · ") : "";
    active.parentElement.classList.toggle("is-active", found.length > 0);
  };
  document.addEventListener("change", (event) => {
    if (event.target.form?.id === "ask") limits();
    if (event.target.form?.classList.contains("library-bar")) event.target.form.requestSubmit();
  });
  let typing = 0;
  document.addEventListener("input", (event) => {
    const bar = event.target.closest?.(".library-bar");
    if (!bar) return;
    clearTimeout(typing); typing = setTimeout(() => bar.requestSubmit(), 250);
  });

  // Clicks that need no server
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const source = target?.closest("button, a, summary");
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
    if (!source) return;
    const data = source.dataset;
    // Gradio's base address would lead such a link away from this conversation.
    if (source.getAttribute("href")?.startsWith("#")) {
      event.preventDefault();
      if (source.classList.contains("skip")) box().focus(); else location.hash = source.getAttribute("href");
    }
    if ("ask" in data) ask(data.ask, data.replaces);
    else if ("edit" in data) edit(data.edit, data.replaces);
    else if ("cancelEdit" in data) edit("", "");
    else if ("close" in data) close();
    else if ("hide" in data) source.closest(".toast").remove();
    else if ("clearLimits" in data) {
      for (const field of form().elements) { if (field.type === "date") field.value = ""; if (field.type === "checkbox") field.checked = false; }
      limits();
    } else if (source.classList.contains("theme")) {
      root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
      try { localStorage.setItem("td-theme", root.dataset.theme); } catch { /* a private window forgets it */ }
    } else if (source.classList.contains("side-toggle")) {
      source.setAttribute("aria-expanded", String(root.classList.toggle("side-on")));
    } else if (source.classList.contains("other")) {
      source.search = location.search; source.hash = location.hash;
    } else if (source.classList.contains("halt")) root.classList.remove("asking");
    if (data.on === "select" && !source.closest("#reader, #sidebar")) {
      opener = source;
      $(".is-open")?.classList.remove("is-open");
      if (source.classList.contains("cite") || "case" in data) source.classList.add("is-open");
    }
    if (source.closest("#sidebar") && (data.on === "select" || data.on === "clear")) {
      if (busy()) $(".halt").click();
      root.classList.remove("side-on"); $(".side-toggle")?.setAttribute("aria-expanded", "false");
      location.hash = "ask"; setTimeout(() => box().focus());
    }
  }, true);

  document.addEventListener("keydown", (event) => {
    if (event.target.id === "question" && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault(); form().requestSubmit(); return;
    }
    if (event.key !== "Escape") return;
    if (!tip.hidden) { hideTip(); if (!root.classList.contains("reading-on")) return; }
    const menu = $("details.menu[open]");
    if (menu) { menu.open = false; $("summary", menu).focus(); return; }
    if (root.classList.contains("side-on")) { $(".side-toggle").click(); return; }
    if (!$(".editing")?.hidden) { edit("", ""); return; }
    close();
  });

  // What has just been shown by the server
  const atEnd = (within) => within.scrollHeight - within.scrollTop - within.clientHeight < 160;
  document.addEventListener("td-shown", ({ detail: element }) => {
    const part = element.closest("#thread, #live, #reader, #limits, #toast, #header, #sidebar") || element;
    if (part.id === "reader") opened(part);
    if (part.id === "limits") limits();
    if (part.id === "header") { show(); load(); }
    if (part.id === "live") {
      root.classList.toggle("asking", Boolean($("[data-state=busy]", part)));
      const talk = $("#talk");
      if ($("[data-state=busy]", part) && !$(".answer *", part)) part.scrollIntoView({ block: "nearest" });
      else if (talk && atEnd(talk)) talk.scrollTop = talk.scrollHeight;
    }
    if (part.id === "thread") {
      const id = $("[data-conversation]", part)?.dataset.conversation || "";
      const address = new URL(location.href);
      if (id) address.searchParams.set("c", id); else address.searchParams.delete("c");
      if (address.href !== location.href) history.replaceState(null, "", address);
      const last = [...part.querySelectorAll(".exchange")].at(-1);
      const key = last ? `${id}:${last.dataset.turn}:${last.dataset.asked}` : id;
      if (last && key !== part.dataset.shown) last.scrollIntoView({ block: "start" });
      part.dataset.shown = key;
      if (!$("#spoken")) { const spoken = document.createElement("p"); spoken.id = "spoken"; spoken.className = "unseen"; spoken.setAttribute("role", "status"); body().append(spoken); }
      if (last) $("#spoken").textContent = $(".answer", last).textContent.trim().slice(0, 600);
    }
  });

  // Gradio's own button speaks English only.
  const name = () => {
    const drop = $("#drop button"), label = $("#drop label");
    if (drop && label) drop.setAttribute("aria-label", label.textContent.trim());
  };

  // Ready: the cursor stands in the question box
  new MutationObserver((_, observer) => {
    if (!box()) return;
    observer.disconnect(); show(); limits(); name();
    if (view() === "ask") box().focus();
  }).observe(root, { childList: true, subtree: true });
})();
