/* The desk's one script: choosing by name, sending without losing what was typed, and pieces of pages that come from other services. */
(() => {
  "use strict";
  const body = document.body;

  /* A form is sent so that a service that does not answer leaves it as it is. */
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-send]") || !window.fetch) return;
    event.preventDefault();
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(form)) data.set(name, data.has(name) ? data.get(name) + ";" + value : value);
    const buttons = form.querySelectorAll("button");
    const trouble = form.querySelector("[data-trouble]");
    buttons.forEach((button) => { button.disabled = true; });
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "text/html" } });
      if (answer.redirected) { location.href = answer.url; return; }
      if (answer.status >= 500 || !(answer.headers.get("Content-Type") || "").includes("html")) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.querySelector(".site")) throw new Error(answer.status); // a page of the gateway's own: the form stays as it is
      document.querySelector("main").replaceWith(page.querySelector("main"));
      document.querySelector(".site").replaceWith(page.querySelector(".site"));
      ready(document.querySelector("main"));
      const first = document.querySelector("main [autofocus]") || document.querySelector("main [role=alert]");
      if (first) {
        if (!first.matches("[autofocus]")) first.tabIndex = -1;
        first.focus();
        first.scrollIntoView({ block: "center" });
      }
    } catch {
      buttons.forEach((button) => { button.disabled = false; });
      const says = trouble || document.getElementById("news");
      says.hidden = false;
      says.textContent = body.dataset.down;
      if (!trouble) window.alert(body.dataset.down);
    }
  });

  /* A field with data-pick offers what its address finds: arrow keys, Enter, Escape; or a click. */
  function picker(input) {
    const list = document.createElement("ul");
    list.className = "picks";
    list.id = input.id + "-picks";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", (input.labels[0] || input).textContent);
    input.after(list);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) input.setAttribute(name, value);
    let wait = 0, at = -1, asked = 0;
    const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
    const choose = (item) => { input.value = item.dataset.value + " " + item.textContent; close(); };
    const mark = (next) => {
      const items = list.children;
      if (!items.length) return;
      if (items[at]) items[at].removeAttribute("aria-selected");
      at = (next + items.length) % items.length;
      items[at].setAttribute("aria-selected", "true");
      items[at].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", items[at].id);
    };
    const look = async () => {
      const mine = ++asked, text = input.value.trim();
      if (!text) { close(); return; }
      try {
        const answer = await fetch(input.dataset.pick + "?q=" + encodeURIComponent(text), { headers: { Accept: "application/json" } });
        const found = answer.ok ? await answer.json() : [];
        if (mine !== asked) return;
        list.replaceChildren(...found.map((one, n) => {
          const item = document.createElement("li");
          item.id = list.id + "-" + n;
          item.setAttribute("role", "option");
          item.dataset.value = one.value;
          item.textContent = one.label;
          item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(item); });
          return item;
        }));
        at = -1;
        list.hidden = !found.length;
        input.setAttribute("aria-expanded", String(!list.hidden));
      } catch { close(); }
    };
    input.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(look, 180); });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      if (event.key === "ArrowDown") { event.preventDefault(); mark(at + 1); }
      else if (event.key === "ArrowUp") { event.preventDefault(); mark(at - 1); }
      else if (event.key === "Enter" && at >= 0) { event.preventDefault(); choose(list.children[at]); }
      else if (event.key === "Escape") { event.preventDefault(); close(); }
    });
  }

  /* A piece of the page that another service makes. */
  async function piece(place) {
    try {
      const answer = await fetch(place.dataset.piece, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(answer.status);
      place.innerHTML = await answer.text();
    } catch {
      const says = document.createElement("p");
      says.className = "note";
      says.textContent = body.dataset.silent;
      place.replaceChildren(says);
    }
    place.removeAttribute("aria-busy");
  }

  function ready(root) {
    root.querySelectorAll("[data-pick]").forEach(picker);
    root.querySelectorAll("[data-piece]").forEach(piece);
    const again = root.querySelector("[data-again]");
    if (again) setTimeout(() => location.reload(), 1000 * Number(again.dataset.again));
  }
  ready(document);
})();
