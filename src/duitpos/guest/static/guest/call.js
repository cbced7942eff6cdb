// Asks every five seconds whether somebody answered the call. Without it the page reloads itself.
"use strict";
(() => {
  const place = document.querySelector("#calls"), offline = document.querySelector(".offline");
  let etag = "", timer = 0;
  const poll = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      const response = await fetch("", { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" });
      offline.hidden = true;
      if (response.status === 200) {
        etag = response.headers.get("ETag") || "";
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        const now = page.querySelector("#calls");
        if (now && now.innerHTML !== place.innerHTML) place.innerHTML = now.innerHTML;
      }
      if (response.status === 200 || response.status === 304) document.dispatchEvent(new Event("duitpos:taken"));
    } catch {
      offline.hidden = false;
    }
    timer = setTimeout(poll, 5000);
  };
  document.addEventListener("visibilitychange", poll);
  timer = setTimeout(poll, 5000);
})();
