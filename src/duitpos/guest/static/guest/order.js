// The pages after the menu: the review of the cart, and the order. guest.js has the cart.
"use strict";
(() => {
  const { $, $$, load, store, before, forgetPaid } = window.duitpos;

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
        if (response.status === 200 || response.status === 304) document.dispatchEvent(new Event("duitpos:taken"));
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
    const main = $("main[data-page]"), print = $(".print");
    forgetPaid();
    const pages = { shell: shellPage, review: reviewPage, order: orderPage };
    pages[main?.dataset.page]?.(main);
    if (print) { print.hidden = false; print.onclick = () => window.print(); }
  };
  start();
})();
