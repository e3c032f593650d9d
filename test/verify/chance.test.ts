import { describe, expect, test } from 'vitest';
import { chanceOf, judgeChoices } from '../../src/verify/chance.ts';

const count = (length: number) => Array.from({ length }, (_, i) => i);
/** `right` of `images` get their class, the others one that is half of all classes further; labels run through the classes. */
function choices(images: number, classes: number, right: number) {
  const labels = count(images).map((i) => i % classes);
  return {
    labels,
    chosen: labels.map((label, i) => (i < right ? label : (label + Math.floor(classes / 2)) % classes)),
    classes,
  };
}

describe('chance', () => {
  test('is one of the classes at least, or the agreement of labels and choices that are independent', () => {
    expect(chanceOf({ labels: [0, 1], chosen: [4, 4], classes: 5 })).toBe(0.2);
    expect(chanceOf({ labels: [0, 0, 0, 1], chosen: [0, 0, 0, 0], classes: 5 })).toBe(0.75);
    // 0.75 x 0.5 + 0.25 x 0.5
    expect(chanceOf({ labels: [0, 0, 0, 1], chosen: [0, 1, 1, 0], classes: 5 })).toBe(0.5);
    expect(chanceOf({ labels: [2, 2], chosen: [2, 2], classes: 5 })).toBe(0.2);
  });

  test('a few images of many classes tell a network from a guess, and a hundred of two', () => {
    expect(judgeChoices(choices(8, 1001, 4))).toBe('above chance');
    expect(judgeChoices(choices(8, 1001, 0))).toBe('too few images to tell');
    expect(judgeChoices(choices(100, 1001, 2))).toBe('at chance');
    expect(judgeChoices(choices(100, 1001, 3))).toBe('above chance');
    // The 99.9th percentile of guesses among 100 images is 65 of two classes, and 20 of ten.
    expect(judgeChoices(choices(100, 2, 65))).toBe('at chance');
    expect(judgeChoices(choices(100, 2, 66))).toBe('above chance');
    expect(judgeChoices(choices(100, 10, 12))).toBe('at chance');
    expect(judgeChoices(choices(100, 10, 25))).toBe('above chance');
    expect(judgeChoices(choices(10, 2, 5))).toBe('too few images to tell');
  });

  test('one class for all images is a guess, however many of them have it', () => {
    const labels = count(100).map((i) => (i < 30 ? 0 : i % 10));
    expect(judgeChoices({ labels, chosen: labels.map(() => 0), classes: 10 })).toBe('at chance');
    expect(judgeChoices({ labels, chosen: labels, classes: 10 })).toBe('above chance');
  });
});
