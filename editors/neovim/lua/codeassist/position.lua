-- The one place where columns of the protocol and byte columns of Neovim are turned into each other.
local M = {}

-- Neovim 0.11 takes the encoding's name; before, a flag and two results stood for it.
local NAMED = vim.fn.has('nvim-0.11') == 1

--- The column of the protocol, in units of `encoding`, for a byte column (0-based) in a line.
function M.character(line, byte, encoding)
  byte = math.min(byte, #line)
  if encoding == 'utf-8' then
    return byte
  elseif NAMED then
    return vim.str_utfindex(line, encoding, byte, false)
  end
  local utf32, utf16 = vim.str_utfindex(line, byte)
  return encoding == 'utf-32' and utf32 or utf16
end

--- The byte column (0-based) for a column of the protocol; past the end of the line it is the end.
function M.byte(line, character, encoding)
  if encoding == 'utf-8' then
    return math.min(character, #line)
  elseif NAMED then
    return vim.str_byteindex(line, encoding, character, false)
  end
  local utf32, utf16 = vim.str_utfindex(line)
  if character >= (encoding == 'utf-32' and utf32 or utf16) then
    return #line
  end
  return vim.str_byteindex(line, character, encoding ~= 'utf-32')
end

return M
