import {Text, useInput} from 'ink';
import {useState} from 'react';
import {expect, test} from 'vitest';
import {TextField} from '../../../../source/screen/widgets/form/text-field.js';
import {useIgnoredPaste} from '../../../../source/screen/widgets/form/use-ignored-paste.js';
import {openPart} from '../../parts/keyboard.js';

function Program() {
	const [keys, setKeys] = useState<readonly string[]>([]);
	const [value, setValue] = useState('');
	const isEditing = keys.includes('/');
	useIgnoredPaste();
	useInput(
		input => {
			setKeys([...keys, input]);
		},
		{isActive: !isEditing},
	);
	return (
		<>
			<Text>{`keys ${keys.join(' ')}`}</Text>
			<TextField value={value} onChange={setValue} isFocused={isEditing} width={20} />
		</>
	);
}

test('a paste outside of a field is no key, and in a field it is text', async () => {
	using part = await openPart(<Program />);
	part.paste('R\r');
	part.paste('c');
	part.press('x', '/');
	part.paste('pasted');
	expect(await part.until(/pasted/)).toMatch(/^keys x \/\npasted/);
});
