/** What only Charity Engine knows of a submission. Absent and null members ask for nothing. */
export interface CharityEngineExtension {
  /**
   * The command line exactly as it is to be run, instead of `command` and `args`: it may redirect (`> /local/output/x`), and
   * for text inference it is the JSON document with the `inputs`.
   */
  readonly commandLine?: string | null | undefined;
  /** The `tag` of the job. For text inference it names the model; else it takes the place of the gateway's own mark. */
  readonly tag?: string | null | undefined;
  /** Where the machines fetch the image from: an archive in the format of `docker save`, at a public URL. */
  readonly imageArchiveUrl?: string | null | undefined;
}
