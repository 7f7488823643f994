import {expect, it, vi} from 'vitest';
import {ToggleField} from '../../../../source/screen/widgets/form/toggle-field.js';
import {openPart} from '../../parts/keyboard.js';

it.each([
	['space', true],
	['left', false],
	['right', true],
] as const)('%s switches it', async (key, isOn) => {
	const change = vi.fn<(isOn: boolean) => void>();
	using part = await openPart(<ToggleField isOn={isOn} onChange={change} isFocused />);
	expect(part.screen()).toBe(isOn ? '[x] yes' : '[ ] no');
	part.press(key);
	await vi.waitFor(() => expect(change).toHaveBeenCalledExactlyOnceWith(!isOn));
});

it('no other key does, nor any while another field has the keyboard', async () => {
	const change = vi.fn<(isOn: boolean) => void>();
	const ignored = vi.fn<(isOn: boolean) => void>();
	using covered = await openPart(<ToggleField isOn onChange={ignored} isFocused={false} />);
	using part = await openPart(<ToggleField isOn onChange={change} isFocused />);
	covered.press('space');
	part.press('x', 'enter', 'space');
	await vi.waitFor(() => expect(change).toHaveBeenCalledOnce());
	expect(ignored).not.toHaveBeenCalled();
});
