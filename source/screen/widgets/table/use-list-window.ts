import {useState} from 'react';
import {listWindow, type ListWindow} from './list-window.js';

/** A list window that remembers where it stood. `selected` is an index, −1 for none. */
export const useListWindow = (count: number, height: number, selected: number): ListWindow => {
	const [previousTop, setPreviousTop] = useState(0);
	const window = listWindow({previousTop, selected, height, count});
	if (window.top !== previousTop) {
		// State derived from props, set while rendering: React renders again before anything is drawn.
		setPreviousTop(window.top);
	}

	return window;
};
