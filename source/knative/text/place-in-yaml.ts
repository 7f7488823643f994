/** Where a text is no YAML. Pure. */
import * as v from 'valibot';

const marked = v.object({mark: v.object({line: v.number(), column: v.number()})});

/** Of an error of the YAML parser, whose own words have what stands there in them: ` (line 3, column 5)`. */
export function placeInYaml(error: unknown): string {
	const parsed = v.safeParse(marked, error);
	if (!parsed.success) return '';
	const {line, column} = parsed.output.mark;
	return ` (line ${line + 1}, column ${column + 1})`;
}
