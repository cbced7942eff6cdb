// Before the first paint, so that nothing moves afterwards: that scripts run, and the text size that this phone chose.
{
  let chosen = "";
  try { chosen = localStorage.getItem("duitpos:type") || ""; } catch { /* storage is forbidden */ }
  document.documentElement.className = `js ${chosen}`;
}
