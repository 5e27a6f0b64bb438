/**
 * The journal's MESSAGE_ID of what happens to guests (see sd_journal_print(3), journalctl MESSAGE_ID=…): stable for
 * ever, so that others can act on them. The keys are the values of the field `event` of a log line.
 */
export const messageIds = {
  ready: { id: 'ae7868b344fd4241be395835afee04c3', doc: 'A guest became ready.' },
  ended: { id: '80916933bae04e33b933c5573313ccc9', doc: "A guest's process ended; UMLNFS_REASON says why." },
  backoff: { id: 'f6a9594994734e9b92186a72304ab197', doc: 'A guest will be started again, after a delay.' },
  quarantined: {
    id: '5606b89a04a3473290ae91d8b5b5ac8f',
    doc: 'A guest ended too often in a short time and stays down until umlnfs reset.',
  },
  'step-failed': {
    id: 'bd4031735cca46109022513cb92d99d1',
    doc: 'A step (UMLNFS_STEP) that a guest needs could not be carried out; it is tried again.',
  },
} as const;

export type LogEvent = keyof typeof messageIds;
