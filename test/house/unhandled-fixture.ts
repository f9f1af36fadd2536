import { test } from 'node:test'

test('passes, but drops a promise', () => {
  void Promise.reject(new TypeError('dropped'))
})
