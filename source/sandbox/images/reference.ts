import {createHash} from 'node:crypto';

/** An image reference in its parts, the defaults filled in as go-containerregistry does. */
export type ImageReference = {
	/** `index.docker.io` where none is given. */
	registry: string;
	/** `library/redis` for Docker's `redis`. */
	repository: string;
	/** `latest` when neither tag nor digest is given. */
	tag?: string;
	/** `sha256:…`. */
	digest?: string;
};

/**
 * Takes an image reference apart: `[registry/]path[:tag][@sha256:…]`. The first part is a registry when it holds a dot or
 * a colon or is `localhost` (google/go-containerregistry pkg/name).
 *
 * @returns undefined when it is no image reference.
 */
export function parseImageReference(reference: string): ImageReference | undefined {
	const match = /^(?<path>[^@\s]+?)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/.exec(
		reference,
	);
	const {path, tag, digest} = match?.groups ?? {};
	if (path === undefined) {
		return undefined;
	}

	const parts = path.split('/');
	const first = parts[0] ?? '';
	const hasRegistry = parts.length > 1 && (first === 'localhost' || /[.:]/.test(first));
	const named = hasRegistry ? first : 'docker.io';
	const registry = named === 'docker.io' ? 'index.docker.io' : named;
	const rest = hasRegistry ? parts.slice(1) : parts;
	if (
		!/^[\w.-]+(?::\d{1,5})?$/.test(registry) ||
		!rest.every(part => /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*$/.test(part))
	) {
		return undefined;
	}

	const repository =
		registry === 'index.docker.io' && rest.length === 1 ? `library/${rest[0]}` : rest.join('/');
	return {
		registry,
		repository,
		...(digest === undefined ? {tag: tag ?? 'latest'} : {digest}),
	};
}

/**
 * The reference pinned to its digest, as Knative writes it into `status.containerStatuses`. A registry would hash the
 * manifest; here name and tag stand for it, so the same tag always has the same digest.
 */
export function pinnedToDigest({registry, repository, tag, digest}: ImageReference): string {
	const hash = digest ?? `sha256:${createHash('sha256').update(`${repository}:${tag}`).digest('hex')}`;
	return `${registry}/${repository}@${hash}`;
}
