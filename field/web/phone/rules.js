// The visit's rules on the phone: the subset of JSON Schema 2020-12 that visit.schema.json uses, as field/monitoring/visiting/visit_rules.py judges it.

// NUL and halves of a character: no database keeps them.
const UNKEEPABLE = /[\0\ud800-\udfff]/gu
const TIME = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|[+-](\d\d):(\d\d))$/

/** judge(schema, value) → [{field: 'income.wages', message}], one a field, [] when all is well. */
export function judge(schema, value) {
  const strange = [...unkeepable(value, [])]
  const first = new Map()
  for (const {path, keyword, title = schema['x-words'].this, limit = '', own} of strange.length ? strange : faults(schema, value, [], schema)) {
    const field = path.join('.').replace(UNKEEPABLE, '?')
    const message = {...schema['x-words'], ...own}[keyword].replace('{title}', title).replace('{limit}', limit)
    if (!first.has(field)) first.set(field, {field, message})
  }
  return [...first.values()].sort((one, other) => one.field < other.field ? -1 : 1)
}

/** unasked(schema, visit) → the faults of a visit that leaves as it was what a household that declared must be asked. */
export function unasked(schema, visit) {
  return Object.entries(schema['x-asked'] || {}).filter(([name]) => !(name in visit) || visit.unchanged.includes(name))
    .map(([field, message]) => ({field, message}))
}

function* faults(schema, value, path, root) {
  for (const keyword of Object.keys(schema).sort(longFirst)) {
    const limit = schema[keyword]
    if (inside[keyword]) yield* inside[keyword](limit, value, path, root, schema)
    else if (broken[keyword] && broken[keyword](limit, value, root)) yield fault(schema, keyword, limit, path)
  }
}

// What is too long is told as that, and not as a wrong format.
function longFirst(one, other) {
  return (other === 'maxLength') - (one === 'maxLength')
}

function fault(schema, keyword, limit, path) {
  const number = keyword === 'type' && (limit === 'integer' || limit === 'number')
  const at = /anyOf|x-order/.test(keyword) ? [schema['x-at']] : []
  return {path: [...path, ...at], keyword: number ? 'integer' : keyword, title: schema.title, limit, own: schema['x-words']}
}

const types = {
  object: value => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: Array.isArray,
  string: value => typeof value === 'string',
  number: value => typeof value === 'number',
  integer: Number.isInteger,
  boolean: value => typeof value === 'boolean',
  null: value => value === null,
}

const broken = {
  type: (limit, value) => !types[limit](value),
  enum: (limit, value) => !limit.includes(value),
  const: (limit, value) => limit !== value,
  minimum: (limit, value) => types.number(value) && value < limit,
  maximum: (limit, value) => types.number(value) && value > limit,
  minLength: (limit, value) => types.string(value) && [...value].length < limit,
  maxLength: (limit, value) => types.string(value) && [...value].length > limit,
  minItems: (limit, value) => types.array(value) && value.length < limit,
  maxItems: (limit, value) => types.array(value) && value.length > limit,
  uniqueItems: (limit, value) => limit && types.array(value) && new Set(value.map(each => JSON.stringify(each))).size < value.length,
  pattern: (limit, value) => types.string(value) && !new RegExp(limit, 'u').test(value),
  format: (limit, value) => types.string(value) && !formats[limit](value),
  contains: (limit, value, root) => types.array(value) && !value.some(each => fits(limit, each, root)),
  anyOf: (limit, value, root) => !limit.some(each => fits(each, value, root)),
  'x-order': ([from, to], value) => types.object(value) && [from, to].every(name => types.string(value[name])) && value[from] > value[to],
}

const formats = {date: isDay, 'date-time': isTime, 'id-number': isNumber}

const inside = {
  * $ref(to, value, path, root) {
    yield* faults(to.slice(2).split('/').reduce((at, name) => at[name], root), value, path, root)
  },
  * allOf(all, value, path, root) {
    for (const each of all) yield* faults(each, value, path, root)
  },
  * properties(all, value, path, root) {
    for (const name of types.object(value) ? Object.keys(all) : []) {
      if (has(value, name)) yield* faults(all[name], value[name], [...path, name], root)
    }
  },
  * items(each, value, path, root) {
    for (const [place, item] of types.array(value) ? value.entries() : []) yield* faults(each, item, [...path, place], root)
  },
  * 'x-once'(keys, value, path, root, {title}) {
    for (const key of types.array(value) ? keys : []) {
      const said = value.map((item, place) => named(item, key) || place)
      const again = [...said.keys()].filter(place => said.indexOf(said[place]) !== said.lastIndexOf(said[place]))
      yield* again.map(place => ({path: [...path, place, key], keyword: 'x-once', title}))
    }
  },
  * required(names, value, path, root, {properties = {}, title, 'x-words': words}) {
    for (const name of types.object(value) ? names.filter(name => !has(value, name)) : []) {
      const asked = properties[name] || {}
      yield {path: [...path, name], keyword: 'required', title: asked.title || title, own: {...words, ...asked['x-words']}}
    }
  },
  * additionalProperties(allowed, value, path, root, {properties}) {
    if (allowed !== false || !types.object(value)) return
    for (const name of Object.keys(value).filter(name => !has(properties, name))) {
      yield {path: [...path, [...name].slice(0, 60).join('')], keyword: 'additionalProperties'}
    }
  },
}

function named(item, key) {
  const said = key.split('.').reduce((at, name) => types.object(at) && at[name], item)
  return types.string(said) && said.toUpperCase()
}

function fits(schema, value, root) {
  return faults(schema, value, [], root).next().done
}

function* unkeepable(value, path) {
  if (types.string(value) && value.search(UNKEEPABLE) >= 0) yield {path, keyword: 'characters'}
  if (typeof value !== 'object' || value === null) return
  for (const name of Object.keys(value)) {
    yield* unkeepable(name, [...path, name])
    yield* unkeepable(value[name], [...path, name])
  }
}

function has(value, name) {
  return Object.prototype.hasOwnProperty.call(value, name)
}

function isDay(text) {
  const day = new Date(`${text}T00:00:00Z`)
  return !isNaN(day) && day.toISOString().startsWith(text)
}

function isTime(text) {
  const [, day, hour, minute, second, ahead = 0, more = 0] = TIME.exec(text) || []
  return isDay(day) && hour < 24 && minute < 60 && second < 60 && Number(ahead) * 60 + Number(more) < 1440
}

// 证件号码 as field/registry/idnumber.py judges it: a day that was, and a check digit that the others give (ISO 7064, MOD 11-2).
function isNumber(text) {
  const day = text.replace(/^.{6}(....)(..)(..).*/, '$1-$2-$3')
  return isDay(day) && [...text].reduce((sum, digit) => sum * 2 + (digit > '9' ? 10 : Number(digit)), 0) % 11 === 1
}
