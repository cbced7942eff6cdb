// Loaded after the menu is shown: search and filter without a request, and the menu's changes while it is open.
"use strict";
(() => {
  const { $, $$, isAble, forgetPaid } = window.duitpos;
  // A plain form: rows that are replaced would lose what the guest typed.
  if (!isAble) return;
  const menu = $("#menu"), find = $(".find");

  // --- search and filter -------------------------------------------------------------------------------------
  // Without accents and in small letters, so that "cafe" finds "Café".
  const simple = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = new WeakMap();
  const wordsOf = (row) => {
    if (!words.has(row)) words.set(row, simple([$("h3", row), $(".about", row)].map((part) => part?.textContent).join(" ")));
    return words.get(row);
  };
  const filter = () => {
    const box = $("[type=search]", find), wanted = simple(box.value).split(/\s+/).filter(Boolean);
    const ticked = $$(".filter input:checked", find), active = Boolean(wanted.length || ticked.length);
    const found = $(".found", find);
    let left = 0;
    $$("section", menu).forEach((section) => {
      let here = 0;
      $$(".item", section).forEach((row) => {
        const is = $$(".mark", row).map((mark) => mark.textContent), has = (row.dataset.has || "").split(" ");
        const fits = wanted.every((word) => wordsOf(row).includes(word))
          && ticked.every((tick) => ("without" in tick.dataset ? !has.includes(tick.value) : is.includes(tick.value)));
        row.hidden = !fits;
        here += fits;
      });
      section.hidden = !here;
      $(`.sections a[href="#${section.id}"]`).parentElement.hidden = !here;
      left += here;
    });
    $(".strip").hidden = active;
    $(".clear", find).hidden = !active;
    const text = left ? (left === 1 ? found.dataset.one : found.dataset.many.replace("{n}", left)) : found.dataset.none;
    found.textContent = active ? text : "";
    const many = $(".filter .many", find);
    if (many) many.textContent = ticked.length || "";
  };
  const clear = () => {
    $("[type=search]", find).value = "";
    $$(".filter input", find).forEach((tick) => { tick.checked = false; });
    filter();
    $("[type=search]", find).focus();
  };
  if (find) {
    find.addEventListener("input", filter);
    find.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.preventDefault(); clear(); }
      // The keyboard of a phone goes away.
      if (event.key === "Enter" && event.target.type === "search") event.target.blur();
    });
    $(".clear", find).addEventListener("click", clear);
    // What was typed before this script was here, or before a reload.
    filter();
  }

  // --- a dish's photo ----------------------------------------------------------------------------------------
  // The sheet that guest.js has just opened shows it large. The files of a photo differ in the width in their names only.
  menu.addEventListener("click", (event) => {
    const photo = $("picture", event.target.closest("summary") || document.createElement("i"))?.cloneNode(true);
    if (!photo) return;
    const wide = Math.min($("img", photo).getAttribute("width"), innerWidth * devicePixelRatio > 480 ? 960 : 480);
    $$("source, img", photo).forEach((file) => {
      const name = file.srcset ? "srcset" : "src";
      file[name] = file[name].replace(/-\d+(\.\w+)$/, `-${wide}$1`);
    });
    $("#sheet .inside").prepend(photo);
  });

  // --- where the guest is ------------------------------------------------------------------------------------
  let watch = null;
  const followScroll = () => {
    const links = new Map($$(".sections a").map((a) => [a.hash.slice(1), a]));
    watch?.disconnect();
    watch = new IntersectionObserver((entries) => {
      const entry = entries.find((one) => one.isIntersecting);
      if (!entry) return;
      links.forEach((a) => a.removeAttribute("aria-current"));
      const now = links.get(entry.target.id), list = now.closest("ul");
      now.setAttribute("aria-current", "true");
      list.scrollLeft = now.offsetLeft - list.offsetLeft - 16;
    }, { rootMargin: "-60px 0px -70% 0px" });
    $$("section", menu).forEach((section) => watch.observe(section));
  };
  // The menu is the same for every phone. Its link to this phone's order is shown by phone.css; this adds how it stands.
  const showOrder = async () => {
    const link = $(".mine");
    if (getComputedStyle(link).display === "none") return;
    try {
      const page = new DOMParser().parseFromString(await (await fetch(link.href)).text(), "text/html");
      link.replaceWith($("main .banner", page));
    } catch { return; /* the plain link leads to the order */ }
    forgetPaid();
    menu.dispatchEvent(new Event("replaced"));
  };
  followScroll();
  menu.addEventListener("replaced", followScroll);
  showOrder();

  // --- changes -----------------------------------------------------------------------------------------------
  const EVERY = 8000;
  const shown = { version: $(".stopped").dataset.version, etag: "" };
  // The page as it was last read, to see which rows differ: this one's have a cart in them.
  let last = null, timer = 0, busy = false;
  const names = (page) => $$("#menu h2, #menu h3", page).map((name) => name.textContent).join("\n");
  const rowOnScreen = () => $$(".item", menu).findIndex((row) => row.getBoundingClientRect().bottom > 60);
  const sameButton = (row, button) => $(["summary", ".plus", ".minus"].find((one) => button.matches(one)) || "summary", row);

  const replaceRows = (page) => {
    const rows = $$(".item", menu), known = last && $$(".item", last), fresh = $$("#menu .item", page);
    fresh.forEach((row, place) => {
      if (known && known[place].outerHTML === row.outerHTML) return;
      const button = rows[place].contains(document.activeElement) && document.activeElement, copy = document.importNode(row, true);
      rows[place].replaceWith(copy);
      if (button) sameButton(copy, button)?.focus({ preventScroll: true });
    });
  };
  const replaceSections = (page) => {
    const old = $$("section", menu), bar = $(".bar", menu);
    $$("#menu section", page).forEach((section) => bar.before(document.importNode(section, true)));
    old.forEach((section) => section.remove());
  };
  // Puts the fresh page's menu in place of this one; the row at the top of the screen stays where it is.
  const replace = (page) => {
    const place = rowOnScreen(), row = $$(".item", menu)[place], name = row && $("h3", row).textContent;
    const top = row?.getBoundingClientRect().top;
    const fresh = $$("[data-live]", page);
    // Their contents only: a status is read out when what is in it changes.
    $$("[data-live]").forEach((part, number) => {
      if (fresh[number].innerHTML !== part.innerHTML) part.replaceChildren(...fresh[number].cloneNode(true).childNodes);
    });
    for (const { name: key, value } of $("#menu", page).attributes) menu.setAttribute(key, value);
    const isSame = last && names(last) === names(page);
    if (isSame) replaceRows(page);
    else replaceSections(page);
    last = page;
    menu.dispatchEvent(new Event("replaced"));
    if (find) filter();
    const now = isSame ? $$(".item", menu)[place] : $$(".item", menu).find((one) => $("h3", one).textContent === name);
    if (now && !now.hidden) scrollBy({ top: now.getBoundingClientRect().top - top, behavior: "instant" });
  };
  const look = async () => {
    clearTimeout(timer);
    if (document.hidden || busy) return;
    busy = true;
    try {
      // The browser asks with the page's ETag, and has the page itself if it did not change.
      const response = await fetch(location.pathname, { cache: "no-cache" });
      const etag = response.headers.get("ETag");
      if (response.ok && etag !== shown.etag) {
        const page = new DOMParser().parseFromString(await response.text(), "text/html"), found = $(".stopped", page);
        if (found?.dataset.version === shown.version) last ??= page;
        else if (found) replace(page);
        if (found) Object.assign(shown, { version: found.dataset.version, etag });
      }
    } catch { /* no network: the menu stays as it is */ }
    busy = false;
    timer = setTimeout(look, EVERY);
  };
  document.addEventListener("visibilitychange", look);
  for (const moment of ["focus", "online", "pageshow"]) addEventListener(moment, look);
  look();
})();
