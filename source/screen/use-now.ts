import {useEffect, useState} from 'react';

/** The present time in milliseconds, taken again every ten seconds: ages are drawn with it, and nothing else moves. */
export function useNow(every = 10_000): number {
	const [now, setNow] = useState(() => Date.now());
	useEffect(() => {
		const timer = setInterval(() => setNow(Date.now()), every);
		return () => clearInterval(timer);
	}, [every]);
	return now;
}
