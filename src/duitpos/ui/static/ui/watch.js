(function () {
  // It is written into the page, so that it arrives with it, and in old words, so that old browsers read it.
  // A live part says "duitpos:taken" for each answer that it took; htmx says so by itself.
  var place = document.getElementById("not-live");
  if (!place) return;
  var since = Date.now(), everTaken = false, asked = 0;
  var minutes = Number(place.getAttribute("data-minutes")), shown = since;
  function part() { return document.querySelector(place.getAttribute("data-part")); }
  function clock(at) {
    try {
      return new Date(at).toLocaleTimeString(place.getAttribute("data-locale"), { timeStyle: "short", timeZone: place.getAttribute("data-zone") });
    } catch (error) {
      var all = (minutes + Math.floor((at - shown) / 60000) + 1440) % 1440;
      return ("0" + Math.floor(all / 60)).slice(-2) + ":" + ("0" + (all % 60)).slice(-2);
    }
  }
  function taken() { since = Date.now(); everTaken = true; look(); }
  // The page itself is loaded only where it comes: a browser's error page would take the last state away.
  function loadAgain() {
    var focused = document.activeElement;
    if (document.querySelector("dialog[open]")) return;
    if (focused && /^(INPUT|SELECT|TEXTAREA)$/.test(focused.tagName)) return;
    if (everTaken && focused && focused.tagName === "BUTTON") return;
    if (Date.now() - asked < 10000) return;
    asked = Date.now();
    var request = new XMLHttpRequest();
    request.open("GET", location.href);
    request.onload = function () { if (request.status === 200 && Date.now() - since >= 20000) location.reload(); };
    request.send();
  }
  function look() {
    var late = Date.now() - since;
    var isOld = late >= 15000 && Boolean(part());
    // The page's own script may have said it already.
    if (document.querySelector("[data-offline]:not([hidden])")) isOld = false;
    if (isOld && place.hidden) place.lastChild.textContent = place.getAttribute("data-words").replace("{time}", clock(since));
    place.hidden = !isOld;
    if (late >= 20000 && Boolean(part()) && !document.hidden) loadAgain();
  }
  document.addEventListener("duitpos:taken", taken);
  document.addEventListener("htmx:afterRequest", function (event) {
    var status = event.detail.xhr.status, elt = event.detail.requestConfig.elt;
    if (status >= 200 && status < 400 && elt.matches(place.getAttribute("data-part"))) taken();
  });
  setInterval(look, 1000);
})();
