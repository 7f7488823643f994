import {createContext, useContext} from 'react';
import {createTheme, type Theme} from '../../terminal/output/theme.js';

/** The theme of the program; without a provider the one for the environment of the process. */
export const ThemeContext = createContext<Theme>(createTheme());

/** Colours and glyphs to draw with. */
export const useTheme = (): Theme => useContext(ThemeContext);
