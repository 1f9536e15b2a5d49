import { DurableObject } from 'cloudflare:workers'
import type { AccountIdentity, AccountRegistry } from '@tintype/core'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS accounts (
    id   TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    zone TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE
  );
  CREATE TABLE IF NOT EXISTS hosts (
    hostname TEXT PRIMARY KEY,
    account  TEXT NOT NULL
  )`

type Row = { id: string; hash: string; zone: string; name: string }

const identityOf = ({ id, hash, zone, name }: Row): AccountIdentity => ({
  accountId: id,
  accountHash: hash,
  zoneId: zone,
  name,
})

/** The one object that knows which accounts there are. Read when an account is not known yet: by id, by hash. */
export class RegistryObject extends DurableObject implements AccountRegistry {
  readonly #sql: SqlStorage

  constructor(state: DurableObjectState, env: unknown) {
    super(state, env as never)
    this.#sql = state.storage.sql
    this.#sql.exec(SCHEMA)
  }

  async create(identity: AccountIdentity): Promise<AccountIdentity | 'taken'> {
    const { accountId, accountHash, zoneId, name } = identity
    const { rowsWritten } = this.#sql.exec(
      'INSERT OR IGNORE INTO accounts (id, hash, zone, name) VALUES (?, ?, ?, ?)',
      ...[accountId, accountHash, zoneId, name],
    )
    return rowsWritten > 0 ? identity : 'taken'
  }

  async byId(accountId: string): Promise<AccountIdentity | null> {
    return this.#find('id', accountId)
  }

  async byHash(accountHash: string): Promise<AccountIdentity | null> {
    return this.#find('hash', accountHash)
  }

  async byName(name: string): Promise<AccountIdentity | null> {
    return this.#find('name', name)
  }

  async byHost(hostname: string): Promise<AccountIdentity | null> {
    const [row] = this.#sql
      .exec<Row>(
        'SELECT accounts.* FROM accounts LEFT JOIN hosts ON account = id AND hostname = ? ' +
          'ORDER BY hostname IS NULL, accounts.rowid LIMIT 1',
        hostname,
      )
      .toArray()
    return row === undefined ? null : identityOf(row)
  }

  async setHosts(accountId: string, hostnames: readonly string[]): Promise<'set' | 'taken'> {
    return this.ctx.storage.transactionSync(() => {
      const isTaken = hostnames.some(
        (hostname) =>
          this.#sql
            .exec('SELECT 1 FROM hosts WHERE hostname = ? AND account <> ?', hostname, accountId)
            .toArray().length > 0,
      )
      if (isTaken) return 'taken'
      this.#sql.exec('DELETE FROM hosts WHERE account = ?', accountId)
      for (const hostname of hostnames) {
        this.#sql.exec('INSERT INTO hosts (hostname, account) VALUES (?, ?)', hostname, accountId)
      }
      return 'set'
    })
  }

  async list(): Promise<AccountIdentity[]> {
    return this.#sql.exec<Row>('SELECT * FROM accounts ORDER BY rowid').toArray().map(identityOf)
  }

  #find(column: 'id' | 'hash' | 'name', value: string): AccountIdentity | null {
    const [row] = this.#sql.exec<Row>(`SELECT * FROM accounts WHERE ${column} = ?`, value).toArray()
    return row === undefined ? null : identityOf(row)
  }
}
