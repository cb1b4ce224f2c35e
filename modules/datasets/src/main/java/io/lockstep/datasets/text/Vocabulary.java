package io.lockstep.datasets.text;

import java.util.Collections;
import java.util.List;

/** The characters of a text, by code point; a character's number is its place. */
public record Vocabulary(List<Integer> codePoints) {
    public Vocabulary {
        codePoints = List.copyOf(codePoints);
    }

    public static Vocabulary of(String text) {
        return new Vocabulary(text.codePoints().distinct().sorted().boxed().toList());
    }

    /** From {@link #names}. */
    public static Vocabulary named(List<String> names) {
        return new Vocabulary(names.stream().map(name -> name.codePointAt(0)).toList());
    }

    public int size() {
        return codePoints.size();
    }

    /** Each character as a text of its own. */
    public List<String> names() {
        return codePoints.stream().map(Character::toString).toList();
    }

    /** @throws IllegalArgumentException naming a character that is not in it */
    public int[] encode(String text) {
        return text.codePoints()
                .map(character -> {
                    int number = Collections.binarySearch(codePoints, character);
                    if (number < 0) {
                        throw new IllegalArgumentException(
                                "'" + Character.toString(character) + "' is no character of the vocabulary");
                    }
                    return number;
                })
                .toArray();
    }

    public String decode(int number) {
        return Character.toString(codePoints.get(number));
    }
}
