import { element } from './dom.ts'
import { type HostedImage, listImages, type Session, uploadImage } from './session.ts'

/** Chooses the picture: of the demo origin, of the demo account, of an address, or a file that is uploaded. */
export interface SourcePicker {
  readonly elements: readonly HTMLElement[]
  show(source: string): void
}

const ADDRESS = 'address'
const lastSegment = (url: string): string => url.slice(url.lastIndexOf('/') + 1)

export async function createSourcePicker(
  session: Session,
  choose: (source: string) => void,
): Promise<SourcePicker> {
  const option = (value: string, label: string) => element('option', { attributes: { value } }, label)
  const labelOf = ({ id, filename }: HostedImage): string => (filename === null ? id : `${filename} (${id})`)
  const demo = element(
    'optgroup',
    { attributes: { label: 'Demo pictures' } },
    ...session.demoPictures.map((url) => option(`demo:${lastSegment(url)}`, lastSegment(url))),
  )
  const hosted = element('optgroup', { attributes: { label: 'Hosted images' } })
  const select = element(
    'select',
    { attributes: { id: 'source-select' } },
    ...(session.demoPictures.length > 0 ? [demo] : []),
    hosted,
    option(ADDRESS, 'A web address…'),
  )
  const address = element('input', {
    attributes: {
      ...{ type: 'url', placeholder: 'https://…', 'aria-label': 'Address of a picture', hidden: '' },
      ...{ autocomplete: 'off', spellcheck: 'false' },
    },
  })
  const fault = element('p', { class: 'fault', attributes: { role: 'status' } })
  const file = element('input', {
    class: 'visually-hidden',
    attributes: { type: 'file', id: 'source-file', accept: 'image/*' },
  })
  const upload = element('label', { class: 'button', attributes: { for: 'source-file' } }, 'Upload…')

  const addHosted = (images: readonly HostedImage[]) =>
    hosted.prepend(...images.map((image) => option(`image:${image.id}`, labelOf(image))))
  addHosted(await listImages(session))

  select.addEventListener('change', () => {
    const isAddress = select.value === ADDRESS
    address.hidden = !isAddress
    fault.textContent = ''
    if (isAddress) address.focus()
    choose(isAddress ? address.value.trim() : select.value)
  })
  address.addEventListener('change', () => choose(address.value.trim()))
  file.addEventListener('change', async () => {
    const [chosen] = file.files ?? []
    if (chosen === undefined) return
    fault.textContent = ''
    upload.textContent = 'Uploading…'
    try {
      const image = await uploadImage(chosen)
      addHosted([image])
      choose(`image:${image.id}`)
    } catch (error) {
      fault.textContent = error instanceof Error ? error.message : String(error)
    }
    upload.textContent = 'Upload…'
    file.value = ''
  })

  return {
    elements: [
      element('label', { class: 'source-label', attributes: { for: 'source-select' } }, 'Picture'),
      ...[select, address],
      ...(session.hasAccount ? [file, upload] : []),
      fault,
    ],
    show(source) {
      const known = [...select.options].some(({ value }) => value === source)
      // An image that is older than those in the list.
      if (!known && source.startsWith('image:')) {
        addHosted([{ id: source.slice('image:'.length), filename: null }])
      }
      const isAddress = !known && !source.startsWith('image:')
      select.value = isAddress ? ADDRESS : source
      address.hidden = !isAddress
      if (isAddress && document.activeElement !== address)
        address.value = source.startsWith('demo:') ? '' : source
    },
  }
}
