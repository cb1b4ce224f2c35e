package io.lockstep.datasets.images;

/**
 * The ten classes of {@link GeneratedShapes}, each by its signed distance: negative inside, positive outside, in units
 * of the shape's radius. Formulas after Inigo Quilez, "2D distance functions".
 */
enum ShapeOutline {
    DISC {
        @Override
        double distance(double x, double y) {
            return length(x, y) - 0.85;
        }
    },
    RING {
        @Override
        double distance(double x, double y) {
            return Math.abs(length(x, y) - 0.75) - 0.2;
        }
    },
    SQUARE {
        @Override
        double distance(double x, double y) {
            return box(x, y, 0.75, 0.75);
        }
    },
    TRIANGLE {
        @Override
        double distance(double x, double y) {
            // half of the base, which lies at y = -1 / sqrt(3)
            double half = 0.95;
            double px = Math.abs(x) - half;
            double py = y + half / SQRT_3;
            if (px + SQRT_3 * py > 0) {
                double mirrored = (px - SQRT_3 * py) / 2;
                py = (-SQRT_3 * px - py) / 2;
                px = mirrored;
            }
            px -= clamp(px, -2 * half, 0);
            return py > 0 ? -length(px, py) : length(px, py);
        }
    },
    CROSS {
        @Override
        double distance(double x, double y) {
            return Math.min(box(x, y, 1, 0.27), box(x, y, 0.27, 1));
        }
    },
    STAR {
        @Override
        double distance(double x, double y) {
            // five-fold symmetry by two reflections; the inner corners at 0.4 of the radius
            double px = Math.abs(x);
            double py = y;
            double d = 2 * Math.max(COS_36 * px - SIN_36 * py, 0);
            px -= d * COS_36;
            py += d * SIN_36;
            d = 2 * Math.max(-COS_36 * px - SIN_36 * py, 0);
            px += d * COS_36;
            py += d * SIN_36;
            px = Math.abs(px);
            py -= 1.05;
            double bx = 0.4 * SIN_36;
            double by = 0.4 * COS_36 - 1;
            double along = clamp((px * bx + py * by) / (bx * bx + by * by), 0, 1.05);
            double side = py * bx - px * by;
            double distance = length(px - bx * along, py - by * along);
            return side > 0 ? distance : -distance;
        }
    },
    CRESCENT {
        @Override
        double distance(double x, double y) {
            return Math.max(length(x, y) - 0.95, 0.75 - length(x - 0.5, y));
        }
    },
    BARS {
        @Override
        double distance(double x, double y) {
            // three, 0.72 apart
            double nearest = Math.min(Math.abs(y), Math.abs(Math.abs(y) - 0.72));
            return box(x, nearest, 0.95, 0.19);
        }
    },
    CHECKERS {
        @Override
        double distance(double x, double y) {
            // two squares that touch at a corner
            return Math.min(box(x - 0.45, y - 0.45, 0.45, 0.45), box(x + 0.45, y + 0.45, 0.45, 0.45));
        }
    },
    DOTS {
        @Override
        double distance(double x, double y) {
            // three, at the corners of a triangle
            double upper = length(x, y - 0.62);
            double lower = length(Math.abs(x) - 0.54, y + 0.31);
            return Math.min(upper, lower) - 0.33;
        }
    };

    private static final double SQRT_3 = 1.7320508075688772;
    private static final double COS_36 = 0.8090169943749475;
    private static final double SIN_36 = 0.5877852522924731;

    abstract double distance(double x, double y);

    private static double box(double x, double y, double halfWidth, double halfHeight) {
        double dx = Math.abs(x) - halfWidth;
        double dy = Math.abs(y) - halfHeight;
        return length(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0);
    }

    private static double length(double x, double y) {
        return Math.sqrt(x * x + y * y);
    }

    private static double clamp(double value, double low, double high) {
        return Math.max(low, Math.min(high, value));
    }
}
