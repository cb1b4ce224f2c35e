"""Writes pillow-numbers.txt: what torchvision's operations make of a picture of Pillow's. Run with Pillow and torchvision.

A line: an operation, its magnitude, the picture's shape as C,H,W, and planar bytes in base64 of what comes of it; of the
operation "picture", of the picture that the lines after it are of.
"""
import base64
import os

import numpy
import PIL
import torchvision
from PIL import Image
from torchvision.transforms import functional as F
from torchvision.transforms.autoaugment import RandAugment, TrivialAugmentWide, _apply_op

NEAREST = torchvision.transforms.InterpolationMode.NEAREST


def planar(image):
    pixels = numpy.array(image)
    return (pixels if pixels.ndim == 3 else pixels[:, :, None]).transpose(2, 0, 1).tobytes()


def pictures():
    random = numpy.random.RandomState(7)
    noise = random.randint(0, 256, (9, 12, 3)).astype(numpy.uint8)
    y, x = numpy.mgrid[0:16, 0:11]
    smooth = numpy.stack([40 + 12 * x, 30 + 9 * y, 200 - 5 * x - 4 * y], 2).astype(numpy.uint8)
    grey = (70 + 5 * x + 3 * y).astype(numpy.uint8)
    return [Image.fromarray(noise), Image.fromarray(smooth), Image.fromarray(grey)]


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "pillow-numbers.txt"), "w") as out:
    print(f"# Pillow {PIL.__version__}, torchvision {torchvision.__version__}, by make-pillow-numbers.py", file=out)

    def line(name, magnitude, image, changed):
        shape = f"{len(image.getbands())},{image.height},{image.width}"
        columns = [name, repr(float(magnitude)), shape, base64.b64encode(planar(changed)).decode()]
        print("\t".join(columns), file=out)

    for image in pictures():
        line("picture", 0, image, image)
        size = (image.height, image.width)
        for policy, space in [
            ("RANDAUGMENT", RandAugment()._augmentation_space(31, size)),
            ("TRIVIALAUGMENT", TrivialAugmentWide()._augmentation_space(31)),
        ]:
            for name, (magnitudes, signed) in space.items():
                for bin in (9, 30) if magnitudes.ndim else (0,):
                    magnitude = float(magnitudes[bin]) if magnitudes.ndim else 0.0
                    magnitude *= -1 if signed and bin == 9 else 1
                    changed = _apply_op(image, name, magnitude, NEAREST, None)
                    line(f"{policy}:{bin}:{name}", magnitude, image, changed)
        # the shorter side 13 and the middle 7x6 of it; the 5x7 pixels from row 2 and column 3 on, as 7x6
        line("middle", 13, image, F.center_crop(F.resize(image, 13), [7, 6]))
        line("cut", 0, image, F.resized_crop(image, 2, 3, 5, 7, [7, 6]))
        for hue in (-0.5, -0.23, -0.05, 0.0, 0.1, 0.37, 0.5):
            line("hue", hue, image, F.adjust_hue(image, hue))
        for factor in (0.0, 0.6, 1.0, 1.37, 2.5):
            line("brightness", factor, image, F.adjust_brightness(image, factor))
            line("contrast", factor, image, F.adjust_contrast(image, factor))
            line("saturation", factor, image, F.adjust_saturation(image, factor))
