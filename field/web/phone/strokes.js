// A signature as it was drawn: strokes of points, measured in widths of the pad. Pure.
const ENOUGH = 0.4 // widths of the pad that the finger must have gone: a dot or a slip is no signature
const NEAR = 0.003 // what is nearer to the last point adds nothing

/** add(strokes, [x, y], begins): the finger is here now. */
export function add(strokes, point, begins) {
  const stroke = begins ? [] : strokes[strokes.length - 1]
  if (begins) strokes.push(stroke)
  if (!stroke) return
  const last = stroke[stroke.length - 1]
  if (!last || distance(last, point) >= NEAR) stroke.push(point.map(each => Number(each.toFixed(4))))
}

/** enough(strokes) → whether that can be a signature. */
export function enough(strokes) {
  return strokes.reduce((sum, stroke) => sum + long(stroke), 0) >= ENOUGH
}

function long(stroke) {
  return stroke.slice(1).reduce((sum, point, place) => sum + distance(stroke[place], point), 0)
}

function distance([x, y], [right, down]) {
  return Math.hypot(right - x, down - y)
}
