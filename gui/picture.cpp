#include "gui/picture.h"

#include <stb/stb_image_write.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace gui {

namespace {

struct Colour {
    float r = 0;
    float g = 0;
    float b = 0;
    float a = 0;
};

Colour unpack(ImU32 packed)
{
    return {static_cast<float>(packed & 0xFFU),
            static_cast<float>((packed >> 8U) & 0xFFU),
            static_cast<float>((packed >> 16U) & 0xFFU),
            static_cast<float>(packed >> 24U)};
}

struct Clip {
    int left = 0;
    int top = 0;
    int right = 0;
    int bottom = 0;
};

float alpha_of(const ImTextureData& texture, int x, int y)
{
    const auto column = static_cast<std::size_t>(std::clamp(x, 0, texture.Width - 1));
    const auto row = static_cast<std::size_t>(std::clamp(y, 0, texture.Height - 1));
    const std::size_t texel = row * static_cast<std::size_t>(texture.Width) + column;
    const auto size = static_cast<std::size_t>(texture.BytesPerPixel);
    return static_cast<float>(texture.Pixels[texel * size + size - 1]) / 255;
}

// How much of the texture at (u, v) covers, 0 to 1: all our textures are white with an alpha.
// Between texels as the window's GPU does it: small letters are drawn narrower than they lie in the
// texture, and the nearest texel alone would lose strokes.
float coverage(const ImTextureData& texture, float u, float v)
{
    const float x = u * static_cast<float>(texture.Width) - 0.5F;
    const float y = v * static_cast<float>(texture.Height) - 0.5F;
    const float left = std::floor(x);
    const float top = std::floor(y);
    const float right_share = x - left;
    const float lower_share = y - top;
    const int column = static_cast<int>(left);
    const int row = static_cast<int>(top);
    const auto along = [&](int at) {
        return alpha_of(texture, column, at) * (1 - right_share) +
               alpha_of(texture, column + 1, at) * right_share;
    };
    return along(row) * (1 - lower_share) + along(row + 1) * lower_share;
}

class Canvas {
public:
    Canvas(int width, int height)
        : picture_{width,
                   height,
                   std::vector<std::uint8_t>(static_cast<std::size_t>(width) *
                                             static_cast<std::size_t>(height) * 3)}
    {
    }

    void triangle(const std::array<ImDrawVert, 3>& corner,
                  const ImTextureData* texture,
                  const Clip& clip)
    {
        const std::array<Point, 3> p{snap(corner[0].pos), snap(corner[1].pos), snap(corner[2].pos)};
        const std::int64_t area = cross(p[0], p[1], p[2]);
        if (area == 0) return;
        const auto [low_x, high_x] = std::minmax({p[0].x, p[1].x, p[2].x});
        const auto [low_y, high_y] = std::minmax({p[0].y, p[1].y, p[2].y});
        const int left = std::max(clip.left, static_cast<int>(low_x / steps));
        const int right = std::min(clip.right, static_cast<int>(high_x / steps) + 1);
        const int top = std::max(clip.top, static_cast<int>(low_y / steps));
        const int bottom = std::min(clip.bottom, static_cast<int>(high_y / steps) + 1);
        const std::array<Colour, 3> colour{
            unpack(corner[0].col), unpack(corner[1].col), unpack(corner[2].col)};
        const bool plain = corner[0].col == corner[1].col && corner[1].col == corner[2].col;
        for (int y = top; y < bottom; ++y) {
            for (int x = left; x < right; ++x) {
                const Point centre{x * steps + steps / 2, y * steps + steps / 2};
                const std::int64_t a = cross(p[1], p[2], centre);
                const std::int64_t b = cross(p[2], p[0], centre);
                const std::int64_t c = cross(p[0], p[1], centre);
                if (!inside(a, p[1], p[2], area) || !inside(b, p[2], p[0], area) ||
                    !inside(c, p[0], p[1], area))
                    continue;
                const auto whole = static_cast<float>(area);
                const float wa = static_cast<float>(a) / whole;
                const float wb = static_cast<float>(b) / whole;
                const float wc = static_cast<float>(c) / whole;
                Colour mixed = colour[0];
                if (!plain) mixed = mix(colour, wa, wb, wc);
                if (texture != nullptr) {
                    mixed.a *=
                        coverage(*texture,
                                 corner[0].uv.x * wa + corner[1].uv.x * wb + corner[2].uv.x * wc,
                                 corner[0].uv.y * wa + corner[1].uv.y * wb + corner[2].uv.y * wc);
                }
                blend(x, y, mixed);
            }
        }
    }

    [[nodiscard]] Picture take() { return std::move(picture_); }

private:
    // Corners lie on a grid of 256 steps a pixel, so that sides are exact: triangles that share a
    // side leave no gap and overlap nowhere.
    static constexpr int steps = 256;
    struct Point {
        std::int64_t x = 0;
        std::int64_t y = 0;
    };

    static Point snap(ImVec2 at)
    {
        return {static_cast<std::int64_t>(std::lround(at.x * steps)),
                static_cast<std::int64_t>(std::lround(at.y * steps))};
    }

    static std::int64_t cross(Point a, Point b, Point c)
    {
        return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    }

    // A pixel whose centre lies right on a side that two triangles share belongs to one of them.
    static bool inside(std::int64_t side, Point from, Point to, std::int64_t area)
    {
        if (side != 0) return (side > 0) == (area > 0);
        const std::int64_t sign = area > 0 ? 1 : -1;
        const std::int64_t dx = (to.x - from.x) * sign;
        const std::int64_t dy = (to.y - from.y) * sign;
        return dy < 0 || (dy == 0 && dx > 0);
    }

    static Colour mix(const std::array<Colour, 3>& colour, float wa, float wb, float wc)
    {
        return {colour[0].r * wa + colour[1].r * wb + colour[2].r * wc,
                colour[0].g * wa + colour[1].g * wb + colour[2].g * wc,
                colour[0].b * wa + colour[1].b * wb + colour[2].b * wc,
                colour[0].a * wa + colour[1].a * wb + colour[2].a * wc};
    }

    void blend(int x, int y, const Colour& over)
    {
        const std::size_t at =
            (static_cast<std::size_t>(y) * static_cast<std::size_t>(picture_.width) +
             static_cast<std::size_t>(x)) *
            3;
        const float alpha = std::clamp(over.a / 255, 0.0F, 1.0F);
        const auto channel = [&](std::size_t offset, float value) {
            std::uint8_t& under = picture_.rgb[at + offset];
            const float mixed = static_cast<float>(under) * (1 - alpha) + value * alpha;
            under = static_cast<std::uint8_t>(std::clamp(mixed + 0.5F, 0.0F, 255.0F));
        };
        channel(0, over.r);
        channel(1, over.g);
        channel(2, over.b);
    }

    Picture picture_;
};

} // namespace

void serve_textures(ImDrawData& frame)
{
    if (frame.Textures == nullptr) return;
    for (ImTextureData* texture : *frame.Textures) {
        if (texture->Status == ImTextureStatus_WantDestroy) {
            texture->SetTexID(ImTextureID_Invalid);
            texture->SetStatus(ImTextureStatus_Destroyed);
        } else if (texture->Status != ImTextureStatus_OK &&
                   texture->Status != ImTextureStatus_Destroyed) {
            texture->SetTexID(static_cast<ImTextureID>(texture->UniqueID) + 1);
            texture->SetStatus(ImTextureStatus_OK);
        }
    }
}

Picture draw_picture(const ImDrawData& frame)
{
    const int width = static_cast<int>(frame.DisplaySize.x);
    const int height = static_cast<int>(frame.DisplaySize.y);
    Canvas canvas{width, height};
    for (const ImDrawList* list : frame.CmdLists) {
        for (const ImDrawCmd& command : list->CmdBuffer) {
            if (command.UserCallback != nullptr) continue;
            const Clip clip{std::max(0, static_cast<int>(command.ClipRect.x)),
                            std::max(0, static_cast<int>(command.ClipRect.y)),
                            std::min(width, static_cast<int>(std::ceil(command.ClipRect.z))),
                            std::min(height, static_cast<int>(std::ceil(command.ClipRect.w)))};
            const ImTextureData* texture = command.TexRef._TexData;
            for (unsigned i = 0; i + 2 < command.ElemCount; i += 3) {
                std::array<ImDrawVert, 3> corner;
                for (unsigned k = 0; k < 3; ++k) {
                    const ImDrawIdx index =
                        list->IdxBuffer[static_cast<int>(command.IdxOffset + i + k)];
                    corner.at(k) = list->VtxBuffer[static_cast<int>(command.VtxOffset + index)];
                }
                canvas.triangle(corner, texture, clip);
            }
        }
    }
    return canvas.take();
}

bool write_png(const std::string& path, const Picture& picture)
{
    if (picture.width <= 0 || picture.height <= 0) return false;
    return stbi_write_png(path.c_str(),
                          picture.width,
                          picture.height,
                          3,
                          picture.rgb.data(),
                          picture.width * 3) != 0;
}

} // namespace gui
