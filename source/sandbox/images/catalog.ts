import {helloworldCrash} from './helloworld-crash.js';
import {helloworldFlaky} from './helloworld-flaky.js';
import {helloworldGo, helloworldSlow, helloworldWrongPort} from './helloworld-go.js';
import {helloworldGrpc} from './helloworld-grpc.js';
import type {Image} from './image.js';
import {parseImageReference, pinnedToDigest, type ImageReference} from './reference.js';

/** The images that are built in. Every registry has them, under every path and tag. */
export const images: readonly Image[] = [
	helloworldGo,
	helloworldGrpc,
	helloworldFlaky,
	helloworldSlow,
	helloworldCrash,
	helloworldWrongPort,
];

/** The image a reference names, or undefined when no registry has it. */
export function findImage(reference: string): Image | undefined {
	const parsed = parseImageReference(reference);
	const name = parsed?.repository.split('/').at(-1);
	return images.find(image => image.name === name);
}

export type Resolution = {digest: string} | {error: string};

/**
 * What asking the registry for the digest of a reference comes to. A reference that carries a digest is not looked up
 * (knative/serving pkg/reconciler/revision/resolve.go); whether its image can be pulled shows in the pod only.
 */
export function resolveDigest(reference: string): Resolution {
	const parsed = parseImageReference(reference);
	if (!parsed) {
		return {error: `could not parse reference: ${reference}`};
	}

	if (parsed.digest !== undefined || findImage(reference)) {
		return {digest: pinnedToDigest(parsed)};
	}

	return {error: registryError(parsed)};
}

/** The text go-containerregistry gives for a manifest that is not there; Docker's registry does not tell absent from private. */
function registryError({registry, repository, tag}: ImageReference): string {
	const answer = registry === 'index.docker.io' ? '401 Unauthorized' : '404 Not Found';
	return (
		`HEAD https://${registry}/v2/${repository}/manifests/${tag}: unexpected status code ${answer} ` +
		'(HEAD responses have no body, use GET for details)'
	);
}
