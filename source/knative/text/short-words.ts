/** Numbers and images in as few words as tell them. Pure. */

/** `1 answer`, `2 answers`. */
export function count(number: number, one: string, many = `${one}s`): string {
	return `${number} ${number === 1 ? one : many}`;
}

/** The last part of an image reference, which is what differs between revisions: `helloworld-go:73fbdd56`. */
export function shortImage(image: string): string {
	return image.slice(image.lastIndexOf('/') + 1);
}
