// 地图: points of our own drawing on one canvas; a finger or the mouse moves it, two fingers or the wheel come closer.
const TILE = 256, NEAREST = 18, REACH = 22;
const box = document.querySelector(".map");
const canvas = box.querySelector("canvas"), found = box.querySelector(".found"), brush = canvas.getContext("2d");
const shapes = { red: "▲", orange: "◆", yellow: "●", none: "○" };
const fingers = new Map();
let view = { x: 0, y: 0, zoom: 1 }, homes = [], villages = [], visits = [], waits = false, gap = 0, moved = 0, rest = 0, whole = true;
const last = document.createElement("canvas"), sprites = {};

fetch(box.dataset.points, { headers: { Accept: "application/json" } }).then(answer => answer.json()).then(points => {
  homes = points.homes.map(([north, east, grade, head, id]) => ({ ...world(north, east), grade: points.grades[grade], head, id })).reverse();
  villages = points.villages.map(([north, east, name, code, urgent]) => ({ ...world(north, east), name, code, urgent }));
  box.hidden = false;
  paintSprites();
  all();
});

/** Web Mercator, the whole world from 0 to 1. */
function world(north, east) {
  const sine = Math.sin(north * Math.PI / 180);
  return { x: east / 360 + .5, y: .5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI) };
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function paintSprites() {
  for (const grade in shapes) sprites[grade] = sprite(grade);
}

/** A mark drawn once, with a rim, so that thousands cost little. */
function sprite(grade) {
  const one = document.createElement("canvas"), pen = one.getContext("2d"), size = 20 * devicePixelRatio;
  one.width = one.height = size;
  pen.font = `${size * .8}px sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineWidth = 3 * devicePixelRatio;
  pen.strokeStyle = colour("paper");
  pen.fillStyle = colour(grade === "none" ? "green" : grade);
  pen.strokeText(shapes[grade], size / 2, size / 2);
  pen.fillText(shapes[grade], size / 2, size / 2);
  return one;
}

function all() {
  const every = [...villages, ...homes];
  if (!every.length) return draw();
  const [west, east] = ends(every.map(one => one.x)), [north, south] = ends(every.map(one => one.y));
  const room = Math.min(canvas.clientWidth / Math.max(east - west, 1e-6), canvas.clientHeight / Math.max(south - north, 1e-6));
  view = { x: (west + east) / 2, y: (north + south) / 2, zoom: Math.min(Math.log2(room * .85 / TILE), NEAREST) };
  draw();
}

function ends(values) {
  return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
}

function scale() {
  return TILE * 2 ** view.zoom;
}

function place(one) {
  return [(one.x - view.x) * scale() + canvas.clientWidth / 2, (one.y - view.y) * scale() + canvas.clientHeight / 2];
}

/** draw(): all of it anew; draw(true): the last picture moved and stretched, and all of it once the hand rests. */
function draw(moving = false) {
  clearTimeout(rest);
  if (moving) rest = setTimeout(() => draw(), 150);
  else whole = true;
  if (waits) return;
  waits = true;
  requestAnimationFrame(() => { waits = false; whole ? paint() : stretch(); });
}

function stretch() {
  const by = 2 ** (view.zoom - last.view.zoom), [left, top] = place(last.view), [width, height] = [canvas.clientWidth * by, canvas.clientHeight * by];
  brush.fillStyle = colour("ground");
  brush.fillRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  brush.drawImage(last, left - width / 2, top - height / 2, width, height);
}

function paint() {
  whole = false;
  const ratio = devicePixelRatio, [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== width * ratio) [canvas.width, canvas.height] = [width * ratio, height * ratio];
  brush.setTransform(ratio, 0, 0, ratio, 0, 0);
  brush.fillStyle = colour("ground");
  brush.fillRect(0, 0, width, height);
  if (box.dataset.tiles) tiles(width, height);
  brush.strokeStyle = colour("quiet");
  for (const one of visits) cross(...place(one));
  for (const one of homes) {
    const [left, top] = place(one);
    if (left > -20 && top > -20 && left < width + 20 && top < height + 20) brush.drawImage(sprites[one.grade], left - 10, top - 10, 20, 20);
  }
  names(width, height);
  [last.width, last.height, last.view] = [canvas.width, canvas.height, { ...view }];
  last.getContext("2d").drawImage(canvas, 0, 0);
}

function cross(left, top) {
  brush.beginPath();
  brush.moveTo(left - 4, top); brush.lineTo(left + 4, top);
  brush.moveTo(left, top - 4); brush.lineTo(left, top + 4);
  brush.stroke();
}

/** Names of villages as far as there is room, those with urgent households first. */
function names(width, height) {
  const taken = [];
  brush.font = `600 13px ${getComputedStyle(document.body).fontFamily}`;
  brush.textAlign = "center";
  brush.lineWidth = 3;
  brush.strokeStyle = colour("paper");
  brush.fillStyle = colour("ink");
  for (const one of [...villages].sort((a, b) => b.urgent - a.urgent)) {
    const [left, top] = place(one), half = brush.measureText(one.name).width / 2 + 4;
    const free = taken.every(([x, y, w]) => Math.abs(x - left) > w + half || Math.abs(y - top) > 18);
    if (!free || left < half || left > width - half || top < 16 || top > height) continue;
    taken.push([left, top, half]);
    brush.strokeText(one.name, left, top - 10);
    brush.fillText(one.name, left, top - 10);
  }
}

const pictures = new Map();
function tiles(width, height) {
  const level = Math.max(0, Math.round(view.zoom)), many = 2 ** level, side = scale() / many;
  const [west, north] = [view.x * many - width / 2 / side, view.y * many - height / 2 / side];
  for (let column = Math.floor(west); column < west + width / side; column++) {
    for (let row = Math.floor(north); row < north + height / side; row++) {
      const picture = tile(level, column, row, many);
      if (picture && picture.complete && picture.naturalWidth) brush.drawImage(picture, (column - west) * side, (row - north) * side, side + .5, side + .5);
    }
  }
}

function tile(z, x, y, many) {
  if (x < 0 || y < 0 || x >= many || y >= many) return null;
  const address = box.dataset.tiles.replace("{z}", z).replace("{x}", x).replace("{y}", y);
  if (!pictures.has(address)) {
    if (pictures.size > 200) pictures.clear();
    const picture = new Image();
    picture.onload = () => draw();
    picture.src = address;
    pictures.set(address, picture);
  }
  return pictures.get(address);
}

function move(left, top) {
  view.x -= left / scale();
  view.y -= top / scale();
  draw(true);
}

function closer(by, left = canvas.clientWidth / 2, top = canvas.clientHeight / 2) {
  const [aside, below] = [left - canvas.clientWidth / 2, top - canvas.clientHeight / 2];
  const [x, y] = [view.x + aside / scale(), view.y + below / scale()];
  view.zoom = Math.max(2, Math.min(NEAREST, view.zoom + by));
  [view.x, view.y] = [x - aside / scale(), y - below / scale()];
  draw(true);
}

function tell(left, top) {
  const near = ones => ones.map(one => [one, Math.hypot(place(one)[0] - left, place(one)[1] - top)]).filter(([, far]) => far < REACH).sort((a, b) => a[1] - b[1]).map(([one]) => one);
  const here = near(homes), [village] = near(villages);
  const links = here.slice(0, 5).map(one => anchor(`${box.dataset.home}/${one.id}`, `${shapes[one.grade]} ${one.head}`));
  if (village) links.push(anchor(`?region=${village.code}`, `${village.name} ›`));
  found.textContent = "";
  found.append(...links, here.length > 5 ? `…${here.length}` : "");
}

function anchor(href, words) {
  const one = document.createElement("a");
  one.href = href;
  one.textContent = words;
  one.className = "plain";
  return one;
}

function where(event) {
  const { left, top } = canvas.getBoundingClientRect();
  return [event.clientX - left, event.clientY - top];
}

function spread() {
  const [one, other] = [...fingers.values()];
  return [Math.hypot(one[0] - other[0], one[1] - other[1]), (one[0] + other[0]) / 2, (one[1] + other[1]) / 2];
}

canvas.addEventListener("pointerdown", event => {
  canvas.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, where(event));
  moved = fingers.size > 1 ? Infinity : 0;
  if (fingers.size === 2) [gap] = spread();
});
canvas.addEventListener("pointermove", event => {
  const before = fingers.get(event.pointerId), now = where(event);
  if (!before) return;
  fingers.set(event.pointerId, now);
  moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
  if (fingers.size === 1) return move(now[0] - before[0], now[1] - before[1]);
  const [wide, left, top] = spread();
  closer(Math.log2(wide / gap), left, top);
  gap = wide;
});
for (const end of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(end, event => {
    if (fingers.delete(event.pointerId) && end === "pointerup" && moved < 8) tell(...where(event));
  });
}
canvas.addEventListener("wheel", event => { event.preventDefault(); closer(-event.deltaY / 300, ...where(event)); }, { passive: false });
canvas.addEventListener("keydown", event => {
  const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
  if (step) move(...step);
  else if ("+=".includes(event.key)) closer(1);
  else if (event.key === "-") closer(-1);
  else if (event.key === "Enter") tell(canvas.clientWidth / 2, canvas.clientHeight / 2);
  else return;
  event.preventDefault();
});
box.querySelector(".zoom").addEventListener("click", ({ target }) => {
  const pressed = { in: () => closer(1), out: () => closer(-1), all }[target.dataset.do];
  if (pressed) pressed();
});
const month = document.getElementById("visits");
if (month) month.addEventListener("change", async ({ target }) => {
  const answer = target.checked ? await (await fetch(`${box.dataset.points}&visits=1`)).json() : { visits: [] };
  visits = answer.visits.map(([north, east]) => world(north, east));
  draw();
});
addEventListener("resize", () => { if (!box.hidden) draw(); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { paintSprites(); draw(); });
