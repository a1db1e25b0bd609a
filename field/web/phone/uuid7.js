/** uuid7(now?, random?) → UUIDv7 text (RFC 9562 §5.7); now in milliseconds, random 10 bytes. */
export function uuid7(now = Date.now(), random = crypto.getRandomValues(new Uint8Array(10))) {
  const time = now.toString(16).padStart(12, '0')
  const rest = [...random]
  rest[0] = 0x70 | rest[0] & 0x0f
  rest[2] = 0x80 | rest[2] & 0x3f
  const text = time + rest.map(byte => byte.toString(16).padStart(2, '0')).join('')
  return text.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
}
