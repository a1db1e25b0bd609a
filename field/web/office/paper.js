// 打印: on paper everything is open; afterwards it is as it was.
const closed = () => [...document.querySelectorAll("main details:not([open])")];
let opened = [];

addEventListener("beforeprint", () => {
  opened = closed();
  for (const one of opened) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
});
