// The board's one script: keeps the page live by server-sent events, and lets the age of the newest fact tick.
"use strict";
(() => {
  const { events, version, now, updated, patience } = document.body.dataset;
  const ahead = Date.parse(now) - Date.now(); // the server's clock against this one
  const wording = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
  const units = [["year", 31557600], ["month", 2629800], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];
  const silence = 45000; // three missed heartbeats: the line is dead though nobody has said so
  let seen = version, source, watchdog, wait = 1000, live = false;

  function tick() {
    for (const element of document.querySelectorAll("[data-age]")) {
      const seconds = Math.max(1, Math.round((Date.now() + ahead - Date.parse(element.dateTime)) / 1000));
      const [unit, size] = units.find(([, size]) => seconds >= size) ?? ["second", 1];
      const text = wording.format(-Math.floor(seconds / size), unit);
      if (element.textContent !== text) element.textContent = text;
    }
  }

  function show() {
    for (const element of document.querySelectorAll("[data-beat]")) {
      element.textContent = live ? element.dataset.live : element.dataset.lost;
      element.classList.toggle("on", live);
    }
  }

  // Swap one section; keep what the reader has open and where the keyboard is; mark the numbers that changed.
  function swap(old, html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    for (const details of old.querySelectorAll("details[open][id]")) {
      const same = fresh.querySelector("#" + CSS.escape(details.id));
      if (same) same.open = true;
    }
    const said = [];
    for (const element of fresh.querySelectorAll("[data-key]")) {
      const before = old.querySelector(`[data-key="${CSS.escape(element.dataset.key)}"]`);
      if (before && before.textContent === element.textContent) continue;
      element.classList.add("changed");
      setTimeout(() => element.classList.remove("changed"), 2500);
      if (element.dataset.say) said.push(`${element.dataset.say} ${element.textContent}`);
    }
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const again = focused?.getAttribute("href");
    old.replaceWith(fresh);
    if (again) fresh.querySelector(`a[href="${CSS.escape(again)}"]`)?.focus({ preventScroll: true });
    else if (focused?.matches("summary")) fresh.querySelector("summary")?.focus({ preventScroll: true });
    return said;
  }

  async function whole() { // from the welcome page to the board: other sections, so the whole of it
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
    document.title = page.title;
    seen = page.body.dataset.version;
  }

  let news = [], speaking;
  function speak(said) { // a few words, not more often than a reader can listen to them
    news = [...new Set([...news, ...said])].slice(-3);
    speaking ??= setTimeout(() => {
      document.getElementById("news").textContent = `${updated} ${news.join(", ")}`;
      news = []; speaking = undefined;
    }, 400);
  }

  function alive() {
    clearTimeout(watchdog);
    watchdog = setTimeout(again, silence);
    wait = 1000;
    if (!live) { live = true; show(); }
  }

  function again() { // the browser gives up after an error answer: we do not
    source.close();
    clearTimeout(watchdog);
    live = false; show();
    setTimeout(listen, wait + Math.random() * 500);
    wait = Math.min(wait * 2, 30000);
  }

  function listen() {
    source = new EventSource(events + (events.includes("?") ? "&" : "?") + "seen=" + encodeURIComponent(seen));
    source.onopen = alive;
    source.addEventListener("beat", alive);
    source.addEventListener("board", async (event) => {
      alive();
      seen = event.lastEventId;
      const sections = Object.entries(JSON.parse(event.data));
      if (sections.some(([id]) => !document.getElementById(id))) await whole();
      else {
        const said = sections.flatMap(([id, html]) => swap(document.getElementById(id), html));
        if (said.length) speak(said);
      }
      show(); tick();
    });
    source.onerror = () => { live = false; show(); if (source.readyState === EventSource.CLOSED) again(); };
  }

  function watch() { // the page of another day is not live: it says when it is no longer so
    setInterval(async () => {
      if (document.hidden) return;
      const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" }).catch(() => undefined);
      const tag = answer?.ok && answer.headers.get("ETag");
      if (tag && !tag.includes(version)) document.getElementById("stale").hidden = false;
    }, (Number(patience) || 60) * 1000);
  }

  if (!version) return;
  tick(); setInterval(tick, 1000);
  if (!events) return watch();
  if (!window.EventSource) return;
  listen();
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
})();
