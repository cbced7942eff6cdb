// Enhances the plain forms: the cart is stored on the phone and survives reload, Back and a lost network.
// Every page loads it. The pages after the menu load order.js too.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const facts = document.body.dataset;

  // --- the cart: {lines: [{item, mods, qty, note, seen}], key, sent} -------------------------------------------
  // `sent`: earlier versions of the cart, as lines by key. One of them may be paid in another tab.
  // Where the browser forbids storage, the next page would know nothing of the cart: the plain form serves then.
  const canKeep = () => {
    try {
      localStorage.setItem("duitpos:try", "x".repeat(2000));
      const isKept = localStorage.getItem("duitpos:try") !== null;
      localStorage.removeItem("duitpos:try");
      return isKept;
    } catch {
      return false;
    }
  };
  const load = () => {
    try {
      const cart = JSON.parse(localStorage.getItem(facts.cart));
      return cart && Array.isArray(cart.lines) ? { ...cart, sent: cart.sent || {} } : { lines: [], key: "", sent: {} };
    } catch {
      return { lines: [], key: "", sent: {} };
    }
  };
  // False if it could not be kept: the storage is forbidden or full.
  const store = (lines, key, sent) => {
    const cart = { lines, key, sent: Object.fromEntries(Object.entries(sent).slice(-20)) };
    try {
      if (lines.length) localStorage.setItem(facts.cart, JSON.stringify(cart));
      else localStorage.removeItem(facts.cart);
      return true;
    } catch {
      return false;
    }
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
  const halfUp = (above, below) => Math.floor((2 * above + below) / (2 * below));
  // As totals_of in domain/orders/pricing.py: service charge, then tax, rounded once for each rate.
  const totalOf = (priced, { service, tax, taxedService }) => {
    const taxed = {}, add = (rate, amount) => { taxed[rate] = (taxed[rate] || 0) + amount; };
    const subtotal = priced.reduce((sum, { amount }) => sum + amount, 0);
    const charge = halfUp(subtotal * service, 10000);
    priced.forEach(({ rate, amount }) => add(rate ?? tax, amount));
    if (Number(taxedService)) add(tax, charge);
    return Object.entries(taxed).reduce((sum, [rate, amount]) => sum + halfUp(amount * rate, 10000), subtotal + charge);
  };
  const menuPage = (menu) => {
    const sheet = $("#sheet"), inside = $(".inside", sheet), add = $(".add", sheet), wrong = $(".wrong", sheet);
    const output = $("output", sheet), link = $(".bar a", menu), offline = $(".bar .offline", menu), differs = $(".differs", menu);
    const idOf = (field) => field.name.split("-")[2];
    const nameOf = (row) => [...$("h3", row).childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("");
    const label = (button, words) => button.setAttribute("aria-label", words.replace("{name}", nameOf(button.closest(".item"))));
    const isStopped = () => Boolean($(".stopped .notice"));
    let rows, off, item = null, choose = null, quantity = 1;

    const readRows = () => {
      rows = new Map($$(".quantity input", menu).map((field) => [idOf(field), field.closest(".item")]));
      // The open sheet holds its row's fields.
      if (sheet.open && item.isConnected) rows.set(idOf($(".quantity input", choose)), item);
      off = new Map($$(".item[data-id]", menu).map((row) => [row.dataset.id, row]));
      // Not in the page: with the dish's name in it once more, it would be larger.
      $$(".plus", menu).forEach((plus) => label(plus, menu.dataset.plus));
    };
    const inCart = (id, lines) => lines.reduce((sum, line) => sum + (plain(line.item) === id ? line.qty : 0), 0);
    const leftOf = (row) => Number($(".quantity input", row)?.max ?? $(".quantity input", choose).max);
    // What a line costs now, in minor units; null if it cannot be had any more.
    const priceOf = (line, row) => {
      const boxes = (line.mods || []).map((id) => $(`input[value="${CSS.escape(plain(id))}"]`, row));
      if (boxes.some((box) => !box || box.closest(".out"))) return null;
      return Math.max(0, boxes.reduce((sum, box) => sum + Number(box.dataset.delta || 0), Number(row.dataset.price)));
    };
    // What the menu says of the cart: the lines that still can be had, and the names of those that differ.
    const compare = (lines) => {
      const gone = new Set(), changed = new Set(), sold = [];
      lines.forEach((line) => {
        const id = plain(line.item), row = rows.get(id), price = row ? priceOf(line, row) : null;
        if (price === null) { gone.add(row || off.get(id) ? nameOf(row || off.get(id)) : "?"); return; }
        if (price !== line.seen || inCart(id, lines) > leftOf(row)) changed.add(nameOf(row));
        sold.push({ amount: line.qty * price, rate: row.dataset.tax });
      });
      const say = (words, names) => (names.size ? words.replace("{names}", [...names].join(", ")) : "");
      return { sold, words: [say(menu.dataset.gone, gone), say(menu.dataset.changed, changed)].filter(Boolean).join(". ") };
    };
    const showAdder = (row, many) => {
      const adder = $(".adder", row);
      if (!adder) return false;
      let minus = $(".minus", adder), number = $("output", adder);
      if (many && !minus) {
        minus = document.createElement("button");
        number = document.createElement("output");
        Object.assign(minus, { type: "button", className: "minus", textContent: "−" });
        adder.prepend(minus, number);
        label(minus, menu.dataset.minus);
      }
      if (minus) minus.hidden = number.hidden = !many;
      if (number) number.textContent = many;
      $(".plus", adder).disabled = many >= leftOf(row);
      return true;
    };
    const showCart = () => {
      const { lines } = load(), many = count(lines), each = {}, { sold, words } = compare(lines);
      link.hidden = !many;
      const label = $(".count", link);
      label.textContent = many === 1 ? label.dataset.one : label.dataset.many.replace("{n}", many);
      $(".sum", link).textContent = money(totalOf(sold, menu.dataset));
      // Not again if it is the same: it would be read out again.
      if (differs.textContent !== words) differs.textContent = words;
      differs.hidden = !words;
      $$(".badge", menu).forEach((badge) => badge.remove());
      lines.forEach((line) => { each[plain(line.item)] = (each[plain(line.item)] || 0) + line.qty; });
      $$(".adder output", menu).forEach((number) => showAdder(number.closest(".item"), 0));
      for (const [id, number] of Object.entries(each)) {
        const row = rows.get(id);
        if (!row || showAdder(row, number)) continue;
        const badge = document.createElement("b");
        badge.className = "badge";
        badge.textContent = `${number}×`;
        $("h3", row).prepend(badge);
      }
    };
    const say = (words) => {
      $("#said").textContent = "";
      setTimeout(() => { $("#said").textContent = `${words} ${$(".count", link).textContent}`; }, 50);
    };
    const chosen = () => $$("fieldset input:checked", choose);
    const unit = () =>
      Math.max(0, chosen().reduce((sum, input) => sum + Number(input.dataset.delta || 0), Number(item.dataset.price)));
    const most = () => leftOf(item) - inCart(idOf($(".quantity input", choose)), load().lines);
    const refresh = () => {
      $$("fieldset", choose).forEach((group) => {
        const limit = Number(group.dataset.max), full = $$("input:checked", group).length >= limit;
        $$("input[type=checkbox]", group).forEach((box) => {
          box.disabled = Boolean(box.closest(".out")) || (limit > 1 && full && !box.checked);
        });
      });
      const ended = !rows.has(idOf($(".quantity input", choose))), none = most() < 1;
      quantity = Math.max(1, Math.min(quantity, most()));
      output.textContent = quantity;
      add.textContent = `${menu.dataset.add} · ${money(unit() * quantity)}`;
      add.disabled = ended || none || isStopped();
      wrong.textContent = isStopped() ? $(".stopped h2").textContent : ended ? menu.dataset.ended : none ? menu.dataset.most : "";
    };
    const open = (row) => {
      item = row.closest(".item");
      choose = $(".choose", item);
      quantity = 1;
      $$("input", choose).forEach((input) => { input.checked = input.defaultChecked; input.value = input.defaultValue; });
      $("#sheet-name").textContent = nameOf(item);
      const details = [".about", ".marks"].map((part) => $(part, item)?.cloneNode(true)).filter(Boolean);
      inside.replaceChildren(...details, choose);
      refresh();
      sheet.showModal();
      inside.scrollTop = 0;
    };
    const putBack = () => {
      if (choose && !$(".choose", item)) $("details", item)?.append(choose);
    };
    const problem = () => $$("fieldset", choose).find((group) => {
      const number = $$("input:checked", group).length;
      const bad = number < Number(group.dataset.min) || number > Number(group.dataset.max);
      group.classList.toggle("bad", bad);
      return bad;
    });
    // Changes the cart under a new key; what stands in the way in words, or nothing.
    const change = (work) => {
      const cart = load(), sent = before({ ...cart, lines: cart.lines.map((one) => ({ ...one })) });
      const lines = work(cart.lines);
      if (lines.length > 200) return menu.dataset.full;
      return store(lines, newKey(), sent) ? "" : menu.dataset.unkept;
    };
    const put = (line) => change((lines) => {
      const same = lines.find((one) => dish(one) === dish(line) && one.seen === line.seen);
      if (!same) return [...lines, line];
      same.qty = Math.min(99, same.qty + line.qty);
      return lines;
    });
    const addLine = () => {
      if (add.disabled) return;
      const group = problem();
      if (group) {
        const [name, rule] = $("legend", group).childNodes;
        wrong.textContent = menu.dataset.wrong.replace("{group}", name.data.trim()).replace("{rule}", rule.textContent);
        $("input", group).focus();
        return;
      }
      const line = {
        item: idOf($(".quantity input", choose)), mods: chosen().map((input) => input.value), qty: quantity,
        note: $("input[name^=n-]", choose).value.trim(), seen: unit(),
      };
      const refused = put(line);
      if (refused) { wrong.textContent = refused; return; }
      sheet.close();
      putBack();
      showCart();
      say(menu.dataset.added);
    };
    // The row's own + and −: one as it comes, without choices or note.
    const addOne = (row) => {
      const id = idOf($(".quantity input", row));
      if (inCart(id, load().lines) >= leftOf(row)) return;
      const refused = put({ item: id, mods: [], qty: 1, note: "", seen: Number(row.dataset.price) });
      showCart();
      say(refused || menu.dataset.added);
      // Read out only would leave a guest who looks without a word.
      offline.textContent = refused;
      offline.hidden = !refused;
    };
    const removeOne = (row) => {
      const id = idOf($(".quantity input", row));
      change((lines) => {
        const own = lines.filter((line) => plain(line.item) === id);
        const line = own.find((one) => !one.mods?.length && !one.note) || own.at(-1);
        if (line) line.qty -= 1;
        return lines.filter((one) => one.qty > 0);
      });
      showCart();
      if ($(".minus", row).hidden) $(".plus", row).focus();
      say(menu.dataset.removed);
    };
    // The menu's rows were replaced (menu_more.js): the open sheet goes on with its new row.
    const follow = () => {
      readRows();
      if (sheet.open) {
        const row = rows.get(idOf($(".quantity input", choose))), fresh = row && $(".choose", row);
        if (fresh) {
          const taken = new Set(chosen().map((input) => input.value)), note = $("input[name^=n-]", choose).value;
          const focused = document.activeElement.closest(".choose") && document.activeElement;
          $$("fieldset input", fresh).forEach((input) => { input.checked = taken.has(input.value) && !input.disabled; });
          $("input[name^=n-]", fresh).value = note;
          choose.replaceWith(fresh);
          [item, choose] = [row, fresh];
          if (focused) $$("input", fresh).find((input) => input.name === focused.name && input.value === focused.value)?.focus();
        }
        refresh();
      }
      showCart();
    };

    $(".plain", menu).hidden = true;
    menu.addEventListener("click", (event) => {
      const row = event.target.closest("summary"), button = event.target.closest(".adder button");
      if (button) (button.matches(".plus") ? addOne : removeOne)(button.closest(".item"));
      if (row) { event.preventDefault(); open(row); }
    });
    menu.addEventListener("submit", (event) => event.preventDefault());
    menu.addEventListener("replaced", follow);
    sheet.addEventListener("close", () => {
      putBack();
      // The browser gives the focus back to the row; it may have been replaced meanwhile.
      if (document.activeElement === document.body) $("summary", item)?.focus();
    });
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
      refresh();
    });
    $$("[data-step]", sheet).forEach((button) => button.addEventListener("click", () => {
      quantity += Number(button.dataset.step);
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
    readRows();
    showCart();
  };
  if (facts.cart) forgetPaid();
  // The plain form is hidden only where all that replaces it is there.
  const isAble = canKeep() && typeof HTMLDialogElement === "function" && "showModal" in HTMLDialogElement.prototype;
  if ($("#menu") && isAble) menuPage($("#menu"));
  else if ($("#menu")) document.documentElement.classList.remove("js");
  // What the page does not need at once.
  addEventListener("load", () => facts.later.split(" ").forEach((src) => {
    document.head.append(Object.assign(document.createElement("script"), { src }));
  }));
  // For order.js on the pages after the menu, menu_more.js and head.js.
  window.duitpos = { $, $$, isAble, load, store, newKey, before, forgetPaid };
})();
