/* Pages of a full board, and the size of its tickets, which each device keeps. Without this file the columns scroll. */
const board = document.querySelector("#board");
const nav = document.querySelector(".pages");
const size = document.querySelector(".size select");
const [back, next] = nav.querySelectorAll("button");
let page = 0;

const lists = () => [...board.querySelectorAll(".column ol")];
const cardsOf = (list) => [...list.querySelectorAll(".card")];

function topOf(card, list) {
  return card.getBoundingClientRect().top - list.getBoundingClientRect().top + list.scrollTop;
}

/* Where the pages of a list begin: always at a ticket's top, so that none is cut in two. */
function startsOf(list) {
  const starts = [0];
  if (list.scrollHeight <= list.clientHeight + 8) return starts;
  for (const card of cardsOf(list)) {
    const top = topOf(card, list);
    const start = starts[starts.length - 1];
    if (top > start && top + card.offsetHeight > start + list.clientHeight + 8) starts.push(top);
  }
  return starts;
}

function unseen() {
  return lists().flatMap((list) => {
    const frame = list.getBoundingClientRect();
    return cardsOf(list).filter((card) => {
      const { top, bottom } = card.getBoundingClientRect();
      // A ticket that is taller than the screen is in sight when its head is.
      return top < frame.top - 8 || (bottom > frame.bottom + 8 && top > frame.top + 8);
    });
  }).length;
}

function tell() {
  const most = Math.max(1, ...lists().map((list) => startsOf(list).length));
  page = Math.min(page, most - 1);
  nav.hidden = most < 2;
  nav.querySelector(".page").textContent = nav.dataset.page.replace("{page}", page + 1).replace("{pages}", most);
  const many = unseen();
  nav.querySelector(".unseen").textContent = many ? nav.dataset.unseen.replace("{n}", many) : "";
  return most;
}

function turn(by) {
  const most = tell();
  page = (page + by + most) % most;
  for (const list of lists()) {
    const starts = startsOf(list);
    list.scrollTop = starts[Math.min(page, starts.length - 1)];
  }
  tell();
}

/* `is-dense` as the server gives it is the automatic size. */
function fit() {
  const columns = board.querySelector(".columns");
  columns.dataset.auto ??= columns.classList.contains("is-dense") ? "dense" : "large";
  columns.classList.toggle("is-dense", (size.value || columns.dataset.auto) === "dense");
  tell();
}

try { size.value = localStorage.getItem("kitchen-size") ?? ""; } catch { /* automatic */ }
size.closest(".size").hidden = false;
size.addEventListener("change", () => {
  try { localStorage.setItem("kitchen-size", size.value); } catch { /* for this page only */ }
  page = 0;
  fit();
});
back.addEventListener("click", () => turn(-1));
next.addEventListener("click", () => turn(1));
new MutationObserver(fit).observe(board, { childList: true });
board.addEventListener("scroll", tell, { capture: true, passive: true });
window.addEventListener("resize", tell);
fit();
