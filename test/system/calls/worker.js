/** `x-call` is the call as JSON; the body is its source, or stands wherever the call says `"bytes": "body"`. */
export default {
  async fetch(request, env) {
    const call = JSON.parse(request.headers.get('x-call'))
    const { draw } = call.image ?? {}
    if (Array.isArray(draw)) {
      call.image.draw = draw.map((entry) =>
        entry.bytes === 'body' ? { ...entry, bytes: request.body } : entry,
      )
    }
    if (call.source?.bytes === 'body') call.source.bytes = request.body
    return env.TINTYPE.transform(call)
  },
}
