package dev.gatun.models.data.documents;

/**
 * A text, or a piece of a long one.
 *
 * @param name where it is from: a file, for lines with their number
 * @param text its characters
 * @param ends whether it is whole or the last piece
 */
public record Document(String name, String text, boolean ends) {}
