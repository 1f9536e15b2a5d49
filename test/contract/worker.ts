/** The Worker in which the contract suites run: it only lends them its bindings and Durable Objects. */
export {
  AccountObject as Account,
  ImageShardObject as ImageShard,
  RegistryObject as Registry,
} from '@tintype/storage'

export default { fetch: () => new Response('contract tests') }
