// Enhances the plain forms: the cart is stored on the phone and survives reload, Back and a lost network.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const facts = document.body.dataset;
  document.documentElement.classList.add("js");

  // --- the cart: {lines: [{item, mods, qty, note, seen}], key, sent} -------------------------------------------
  // `sent`: earlier versions of the cart, as lines by key. One of them may be paid in another tab.
  // Where the browser forbids storage, the cart is kept as long as the page.
  let memory = null;
  const load = () => {
    try {
      const cart = JSON.parse(localStorage.getItem(facts.cart));
      return cart && Array.isArray(cart.lines) ? { ...cart, sent: cart.sent || {} } : { lines: [], key: "", sent: {} };
    } catch {
      return memory || { lines: [], key: "", sent: {} };
    }
  };
  const store = (lines, key, sent) => {
    memory = { lines, key, sent: Object.fromEntries(Object.entries(sent).slice(-20)) };
    try {
      if (lines.length) localStorage.setItem(facts.cart, JSON.stringify(memory));
      else localStorage.removeItem(facts.cart);
    } catch { /* forbidden or full: `memory` has it */ }
  };
  // Not crypto.randomUUID: browsers offer that on https only, and a demo may run on http in the local network.
  const newKey = () =>
    [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const places = Number(facts.places || 2);
  const money = (minor) =>
    new Intl.NumberFormat(facts.locale, {
      style: "currency", currency: facts.currency, minimumFractionDigits: places, maximumFractionDigits: places,
    }).format(minor / 10 ** places).replace("\u00a0", "\u202f");
  const before = ({ lines, key, sent }) => (key && lines.length ? { ...sent, [key]: lines } : sent);
  // The menu and the server write ids differently.
  const plain = (ids) => ids.replaceAll("-", "");
  const dish = (line) => `${plain(`${line.item} ${[...line.mods || []].sort()}`)} ${line.note || ""}`;
  // Any page may name a paid order's key. Remove that order's lines from the cart, once.
  const forgetPaid = () => $$("[data-paid]").forEach(({ dataset: { paid } }) => {
    const { lines, key, sent } = load(), was = sent[paid];
    if (paid === key) store([], "", {});
    else if (was) {
      const many = {};
      was.forEach((line) => { many[dish(line)] = (many[dish(line)] || 0) + line.qty; });
      const left = lines.map((line) => {
        const taken = Math.min(line.qty, many[dish(line)] || 0);
        many[dish(line)] -= taken;
        return { ...line, qty: line.qty - taken };
      }).filter((line) => line.qty);
      delete sent[paid];
      store(left, newKey(), sent);
    }
  });
  const count = (lines) => lines.reduce((sum, line) => sum + line.qty, 0);

  // --- menu --------------------------------------------------------------------------------------------------
  const menuPage = (menu) => {
    const sheet = $("#sheet"), inside = $(".inside", sheet), add = $(".add", sheet), wrong = $(".wrong", sheet);
    const output = $("output", sheet), link = $(".bar a", menu), offline = $(".bar .offline", menu);
    const idOf = (field) => field.name.split("-")[2];
    const rows = new Map($$(".quantity input", menu).map((field) => [idOf(field), field.closest(".item")]));
    let item = null, choose = null, quantity = 1;

    const showCart = () => {
      const { lines } = load(), many = count(lines);
      link.hidden = !many;
      const words = $(".count", link);
      words.textContent = many === 1 ? words.dataset.one : words.dataset.many.replace("{n}", many);
      $(".sum", link).textContent = money(lines.reduce((sum, line) => sum + line.qty * (line.seen || 0), 0));
      $$(".badge", menu).forEach((badge) => badge.remove());
      const each = {};
      lines.forEach((line) => { each[plain(line.item)] = (each[plain(line.item)] || 0) + line.qty; });
      for (const [id, number] of Object.entries(each)) {
        const badge = document.createElement("b");
        badge.className = "badge";
        badge.textContent = `${number}×`;
        if (rows.has(id)) $("h3", rows.get(id)).prepend(badge);
      }
    };
    const chosen = () => $$("fieldset input:checked", choose);
    const unit = () =>
      Math.max(0, chosen().reduce((sum, input) => sum + Number(input.dataset.delta || 0), Number(item.dataset.price)));
    const most = () => Number($(".quantity input", choose).max);
    const refresh = () => {
      $$("fieldset", choose).forEach((group) => {
        const limit = Number(group.dataset.max), full = $$("input:checked", group).length >= limit;
        $$("input[type=checkbox]", group).forEach((box) => { box.disabled = limit > 1 && full && !box.checked; });
      });
      output.textContent = quantity;
      add.textContent = `${menu.dataset.add} · ${money(unit() * quantity)}`;
    };
    const open = (row) => {
      item = row.closest(".item");
      choose = $(".choose", item);
      quantity = 1;
      $$("input", choose).forEach((input) => { input.checked = input.defaultChecked; input.value = input.defaultValue; });
      $("#sheet-name").textContent = [...$("h3", item).childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("");
      wrong.textContent = "";
      const details = [".about", ".marks"].map((part) => $(part, item)?.cloneNode(true)).filter(Boolean);
      inside.replaceChildren(...details, choose);
      refresh();
      sheet.showModal();
      inside.scrollTop = 0;
    };
    const problem = () => $$("fieldset", choose).find((group) => {
      const number = $$("input:checked", group).length;
      const bad = number < Number(group.dataset.min) || number > Number(group.dataset.max);
      group.classList.toggle("bad", bad);
      return bad;
    });
    const addLine = () => {
      const group = problem();
      if (group) {
        const [name, rule] = $("legend", group).childNodes;
        wrong.textContent = menu.dataset.wrong.replace("{group}", name.data.trim()).replace("{rule}", rule.textContent);
        $("input", group).focus();
        return;
      }
      const cart = load(), { lines } = cart, sent = before({ ...cart, lines: lines.map((one) => ({ ...one })) });
      const line = {
        item: idOf($(".quantity input", choose)), mods: chosen().map((input) => input.value), qty: quantity,
        note: $("input[name^=n-]", choose).value.trim(), seen: unit(),
      };
      const same = lines.find((one) => dish(one) === dish(line) && one.seen === line.seen);
      if (same) same.qty = Math.min(99, same.qty + quantity);
      else if (lines.length < 200) lines.push(line);
      else { wrong.textContent = menu.dataset.full; return; }
      store(lines, newKey(), sent);
      sheet.close();
      $("#said").textContent = "";
      showCart();
      setTimeout(() => { $("#said").textContent = `${menu.dataset.added} ${$(".count", link).textContent}`; }, 50);
    };

    $(".plain", menu).hidden = true;
    $$("summary", menu).forEach((row) => row.setAttribute("aria-haspopup", "dialog"));
    menu.addEventListener("click", (event) => {
      const row = event.target.closest("summary");
      if (row) { event.preventDefault(); open(row); }
    });
    menu.addEventListener("submit", (event) => event.preventDefault());
    sheet.addEventListener("close", () => { $("details", item).append(choose); });
    sheet.addEventListener("click", (event) => { if (event.target === sheet) sheet.close(); });
    $("form", sheet).addEventListener("submit", (event) => {
      // Enter in the note adds the item; only the close button closes the sheet.
      if (!event.submitter?.matches(".close") || event.submitter !== document.activeElement) { event.preventDefault(); addLine(); }
    });
    sheet.addEventListener("change", (event) => {
      const group = event.target.closest("fieldset");
      if (group?.dataset.max === "1" && event.target.checked) {
        $$("input", group).forEach((other) => { other.checked = other === event.target; });
      }
      group?.classList.remove("bad");
      wrong.textContent = "";
      refresh();
    });
    $$("[data-step]", sheet).forEach((button) => button.addEventListener("click", () => {
      quantity = Math.min(most(), Math.max(1, quantity + Number(button.dataset.step)));
      refresh();
    }));
    add.addEventListener("click", addLine);
    link.addEventListener("click", (event) => {
      if (navigator.onLine) return;
      event.preventDefault();
      offline.textContent = menu.dataset.offline;
      offline.hidden = false;
    });
    addEventListener("online", () => { offline.hidden = true; });
    addEventListener("storage", showCart);
    addEventListener("pageshow", showCart);
    showCart();
    showOrder(showCart);
    followScroll();
  };
  // The menu is the same for every phone. Its link to this phone's order is shown by phone.css; this adds how it stands.
  const showOrder = async (showCart) => {
    const link = $(".mine");
    if (getComputedStyle(link).display === "none") return;
    try {
      const page = new DOMParser().parseFromString(await (await fetch(link.href)).text(), "text/html");
      link.replaceWith($("main .banner", page));
    } catch { return; /* the plain link leads to the order */ }
    forgetPaid();
    showCart();
  };
  const followScroll = () => {
    const links = new Map($$(".sections a").map((a) => [a.hash.slice(1), a]));
    const watch = new IntersectionObserver((entries) => {
      const entry = entries.find((one) => one.isIntersecting);
      if (!entry) return;
      links.forEach((a) => a.removeAttribute("aria-current"));
      const now = links.get(entry.target.id), list = now.closest("ul");
      now.setAttribute("aria-current", "true");
      list.scrollLeft = now.offsetLeft - list.offsetLeft - 16;
    }, { rootMargin: "-60px 0px -70% 0px" });
    $$("#menu section").forEach((section) => watch.observe(section));
  };

  // --- language ----------------------------------------------------------------------------------------------
  // The cart is on this phone, so only the language is sent, and the page is loaded again.
  const chooseLanguage = async (event) => {
    event.preventDefault();
    const language = event.currentTarget.value;
    try {
      await fetch("", { method: "POST", redirect: "manual", body: new URLSearchParams({ language }) });
    } catch { return; }
    if ($("#menu")) location.replace(`../${language}/`);
    else if ($("main.review") && !$("form[data-rebuilt]")) location.replace(location.pathname);
    else location.reload();
  };
  $$(".language button").forEach((button) => { button.onclick = chooseLanguage; });

  // --- checkout ----------------------------------------------------------------------------------------------
  const keep = (form) => {
    const { key, lines, sent } = load(), { cart, checkout_key: field } = form.elements;
    // After a return from the processor, do not overwrite what this phone has selected meanwhile.
    if (!("rebuilt" in form.dataset) || !lines.length || key === field.value) {
      // The page's cart has the keys; this phone has the lines that it sent under them.
      const fresh = JSON.parse(cart.value), known = before({ lines, key, sent });
      const keys = (fresh.earlier || []).filter((one) => one !== field.value);
      store(fresh.lines, field.value, Object.fromEntries(keys.map((one) => [one, known[one] || 0])));
    }
  };
  // Sends a form and replaces this page with the response; false if there was none.
  const sendForm = async (main, fields) => {
    main.setAttribute("aria-busy", "true");
    let fresh = null;
    try {
      const response = await fetch("./", { method: "POST", body: new URLSearchParams(fields) });
      if (response.redirected) { location.replace(response.url); return true; }
      fresh = $("main", new DOMParser().parseFromString(await response.text(), "text/html"));
    } catch { /* no network: the caller shows it */ }
    main.removeAttribute("aria-busy");
    if (!fresh) return false;
    main.replaceWith(fresh);
    start();
    return true;
  };
  const shellPage = async (main) => {
    const { lines, key, sent } = load(), loading = $(".loading", main), broken = $(".broken", main);
    const banner = $(".banner", main);
    if (!lines.length) {
      if (banner) location.replace(banner.href);
      else $(".empty", main).hidden = false;
      return;
    }
    loading.hidden = false;
    broken.hidden = true;
    $("button", broken).onclick = () => shellPage(main);
    const fields = { step: "review", checkout_key: key, cart: JSON.stringify({ lines, earlier: Object.keys(sent) }) };
    if (await sendForm(main, fields)) return;
    loading.hidden = true;
    broken.hidden = false;
  };
  const reviewPage = (main) => {
    const form = $("form", main), offline = $(".offline", form);
    const showOffline = () => { if (offline) { offline.textContent = form.dataset.offline; offline.hidden = false; } };
    keep(form);
    addEventListener("online", () => { if (offline) offline.hidden = true; });
    form.addEventListener("submit", async (event) => {
      const button = event.submitter;
      if (form.dataset.sent) { event.preventDefault(); return; }
      // Enter in a field of the form presses no button.
      if (!button?.value) { event.preventDefault(); return; }
      if (button.value === "menu") { event.preventDefault(); location.href = "../"; return; }
      if (button?.name === "change") {
        event.preventDefault();
        const done = await sendForm(main, [...new FormData(form), ["change", button.value]]);
        if (!done) return showOffline();
        const same = $(`button[value="${button.value}"]`);
        (same && !same.disabled ? same : $("main h1"))?.focus();
        return;
      }
      if (!navigator.onLine) { event.preventDefault(); showOffline(); return; }
      form.dataset.sent = "1";
      const who = $("[name=payment_type]:checked, [name=payment_type][type=hidden]", form)?.dataset.who || "";
      // After the browser has read the form: a disabled button would not be sent.
      setTimeout(() => { button.disabled = true; button.textContent = form.dataset.wait.replace("{who}", who); });
    });
  };
  // The browser's Back shows the page as it was left, with a disabled button or an old cart.
  addEventListener("pageshow", (event) => {
    if (event.persisted && $("main.review")) location.replace(location.pathname);
  });

  // --- order -------------------------------------------------------------------------------------------------
  const orderPage = (main) => {
    // Poll faster while the payment is open than while the food is prepared.
    const pace = () => ("paid" in $("#live").dataset ? 5000 : 2500);
    let etag = "", wait = pace(), timer = 0;
    const container = $("#live-place"), offline = $(".offline", main);
    const poll = async () => {
      clearTimeout(timer);
      if (document.hidden) return;
      try {
        const response = await fetch(main.dataset.state, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" });
        offline.hidden = true;
        wait = pace();
        if (response.status === 200) {
          etag = response.headers.get("ETag") || "";
          const page = new DOMParser().parseFromString(await response.text(), "text/html"), now = $("#live", page);
          if (now && now.outerHTML !== $("#live").outerHTML) container.replaceChildren(now);
          forgetPaid();
        } else if (response.status !== 304) wait = 15000;
      } catch {
        offline.hidden = false;
        wait = Math.min(wait * 2, 30000);
      }
      next();
    };
    const next = () => { if (!("over" in $("#live").dataset)) timer = setTimeout(poll, wait); };
    document.addEventListener("visibilitychange", () => { if (!document.hidden && !("over" in $("#live").dataset)) poll(); });
    next();
  };

  const start = () => {
    const menu = $("#menu"), main = $("main[data-page]"), print = $(".print");
    if (facts.cart) forgetPaid();
    if (menu) menuPage(menu);
    const pages = { shell: shellPage, review: reviewPage, order: orderPage };
    pages[main?.dataset.page]?.(main);
    if (print) { print.hidden = false; print.onclick = () => window.print(); }
  };
  start();
})();
