import { buildPlaygroundPage } from './playground-page.ts'

buildPlaygroundPage()
