import { z } from 'zod';

/** What only a Bacalhau connection can be told. */
export const bacalhauSettings = z.strictObject({
  namespaces: z
    .array(z.string().regex(/^[^\p{Cc}*]{1,255}$/u))
    .max(1000)
    .default([])
    .describe(
      'Namespaces to list as projects even when no recent job is in them. The API cannot list namespaces: others are found by looking at the newest jobs.',
    ),
  assumeVersion: z
    .string()
    .regex(/^v?1\.\d{1,6}(?:\.\d{1,6})?$/)
    .optional()
    .describe(
      'Server version to assume, such as "v1.7.0", where the server does not tell a release version: behind a proxy that removes its headers, or a development build. When absent, such a server is asked, and a development build is taken for the newest version.',
    ),
});

export type BacalhauSettings = Readonly<z.output<typeof bacalhauSettings>>;
