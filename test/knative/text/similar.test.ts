/** What somebody may have meant who mistyped a word. */
import {expect, test} from 'vitest';
import {didYouMean} from '../../../source/knative/text/similar.js';

test.each([
	['crat', ['cart', 'checkout', 'payments'], ' Did you mean cart?'],
	['chekout', ['cart', 'checkout'], ' Did you mean checkout?'],
	['carts', ['cart', 'carte', 'chart'], ' Did you mean cart or carte?'],
	['xyz', ['cart'], ''],
	// One letter of two is a guess.
	['ab', ['ac'], ''],
	// As good as any other number.
	['cart-00009', ['cart-00001', 'cart-00002'], ''],
	// Of more than three there is no knowing.
	['bat', ['cat', 'hat', 'mat', 'rat'], ''],
	['cart', [], ''],
])('%s of %j', (word, known, said) => {
	expect(didYouMean(word, known)).toBe(said);
});
