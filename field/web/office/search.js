// 快速查找: the key / goes to the search box in the head of the page, unless one is writing.
const box = document.querySelector(".quick input[type=search]");
const writing = (at) => at.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName);

document.addEventListener("keydown", (press) => {
  if (press.key !== "/" || press.ctrlKey || press.metaKey || press.altKey || writing(press.target)) return;
  press.preventDefault();
  box.focus();
  box.select();
});
