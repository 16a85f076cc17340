/** Networks that classify images, channels-last: {@code [images, height, width, channels]}. */
package dev.gatun.models.vision;
