// `sluice validate` as a process of its own.
import { runSluiceCommand } from '../../support/sluice-process.ts';

/** What it says about a file, and whether it finds it fit to be applied. */
export async function validate(file: string): Promise<{ readonly text: string; readonly code: number | undefined }> {
  const { code, stdout, stderr } = await runSluiceCommand(['validate', file]);
  return { code, text: stdout + stderr };
}
