// Elements without markup in strings: nothing that a person typed is ever read as HTML.

/** el('p.hint', {id, onclick, hidden, …}, ...children) → Element; children: nodes, texts, lists; null and false are left out. */
export function el(name, attributes, ...children) {
  const [tag, ...classes] = name.split('.')
  const element = document.createElement(tag)
  if (classes.length) element.className = classes.join(' ')
  if (tag === 'button') element.type = 'button'
  Object.entries(attributes || {}).forEach(([key, value]) => set(element, key, value))
  element.append(...children.flat(Infinity).filter(present))
  return element
}

/** fill(element, ...children) → element, with these children in the place of its old ones. */
export function fill(element, ...children) {
  element.textContent = ''
  element.append(...children.flat(Infinity).filter(present))
  return element
}

/** following(onChange, load, show) → Promise<() => void (leave)>: shows what load() answers, now and at each change; an older
 *  answer never comes after a newer one, and no change is missed while the first is read. */
export async function following(onChange, load, show) {
  let turn = 0
  const look = async () => {
    const mine = ++turn
    const answer = await load()
    if (mine === turn) await show(answer)
  }
  const leave = onChange(look)
  await look()
  return leave
}

/** icon('M3 12h18') → a 24 × 24 line drawing that takes the colour of the text. */
export function icon(path) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  line.setAttribute('d', path)
  svg.append(line)
  return svg
}

/** link('/m/me', 'a.card', ...children) → an anchor that the router follows. */
export function link(href, name, ...children) {
  return el(name, {href}, ...children)
}

function set(element, key, value) {
  if (value === null || value === undefined || value === false) return
  if (key.startsWith('on')) element.addEventListener(key.slice(2), value)
  else if (key === 'value' || key === 'checked') element[key] = value
  else element.setAttribute(key, value === true ? '' : value)
}

function present(child) {
  return child !== null && child !== undefined && child !== false && child !== ''
}
