// Shapes and the scene that draws them.
#include <memory>
#include <vector>
#include "scene.hpp"
#include "geometry/point.hpp"

#define SCENE_VERSION 3

namespace scene {

using Shapes = std::vector<std::unique_ptr<Shape>>;

constexpr int kLimit = 10'000;

/// A box around something.
struct Box {
    Point low, high;

    Box operator+(const Box& other) const { return join(*this, other); }
    double area() const;
};

enum class Layer : unsigned { Back, Front };

/**
 * What can be drawn.
 *
 * Owns nothing.
 */
class Shape {
public:
    Shape() = default;
    virtual ~Shape();

    virtual Box bounds() const = 0;
    virtual void draw(Canvas& canvas) const { canvas.fill(bounds()); }
    static std::unique_ptr<Shape> parse(const std::string& text);
    const Point* corner(int index) const;
    Layer& layer() { return layer_; }

private:
    Layer layer_ = Layer::Back;
};

/// A shape made of others.
template <typename T, int N = 4>
class Group : public Shape, private Counted<T> {
public:
    explicit Group(Shapes shapes) : shapes_(std::move(shapes)) {}

    // Adds one at the end.
    template <class S>
    Group& add(S shape) {
        shapes_.push_back(std::make_unique<S>(shape));
        return *this;
    }

    Box bounds() const override {
        Box all{};
        for (const auto& each : shapes_) {
            all = all + each->bounds();
        }
        return all;
    }

private:
    Shapes shapes_;
};

namespace detail {
template <typename T>
T clamp(T value, T low, T high) {
    std::lock_guard<std::mutex> guard(mutex);
    return value < low ? low : value > high ? high : value;
}
}  // namespace detail

}  // namespace scene

double scene::Box::area() const {
    return detail::clamp((high.x - low.x) * (high.y - low.y), 0.0, 1e9);
}

scene::Shape::~Shape() = default;

// Reads a scene.
std::unique_ptr<scene::Shape> scene::Shape::parse(const std::string& text) {
    auto words = split<std::string>(text, R"(a "{" b)");
    if (words.empty()) {
        throw ParseError(text);
    }
    return static_cast<Factory*>(factory())->make(words.front());
}

extern "C" {
int scene_version(void) { return SCENE_VERSION; }
const char *scene_name(int index);
}

typedef struct Handle { int id; } Handle;
