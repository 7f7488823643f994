import manifest from '../../package.json' with {type: 'json'};

/** How the probe introduces itself, so that its requests can be told from the users' in the gateway's log. */
export const userAgent = `${manifest.name}/${manifest.version}`;
