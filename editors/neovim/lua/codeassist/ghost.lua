-- Draws a suggestion behind the cursor with one extmark; knows nothing of where it comes from.
local text = require('codeassist.text')

local M = {}
local namespace = vim.api.nvim_create_namespace('codeassist')
local MARK = 1

--- Shows `suggestion` at a byte position (0-based); `replaced` bytes after it would be replaced.
function M.show(buffer, row, column, suggestion, replaced, highlight)
  local line = vim.api.nvim_buf_get_lines(buffer, row, row + 1, true)[1]
  local rest = line:sub(column + 1)
  local lines = vim.split(suggestion, '\n', { plain = true })
  local screen = vim.fn.strdisplaywidth(line:sub(1, column))
  local first = text.expand(lines[1], screen)
  local mark = { id = MARK, hl_mode = 'combine', virt_text = { { first, highlight } }, virt_text_pos = 'inline' }
  if #lines > 1 then
    -- What follows the cursor moves to the end of the last line: it is covered here and shown there.
    local gap = vim.fn.strdisplaywidth(rest, screen) - vim.fn.strdisplaywidth(first, screen)
    mark.virt_text = { { first .. (' '):rep(gap), highlight } }
    mark.virt_text_pos = 'overlay'
    mark.virt_lines = {}
    for index = 2, #lines do
      local shown = lines[index] .. (index == #lines and rest:sub(replaced + 1) or '')
      mark.virt_lines[index - 1] = { { text.expand(shown, 0), highlight } }
    end
  end
  vim.api.nvim_buf_set_extmark(buffer, namespace, row, column, mark)
end

--- Removes what is shown in a buffer.
function M.clear(buffer)
  if vim.api.nvim_buf_is_valid(buffer) then
    vim.api.nvim_buf_clear_namespace(buffer, namespace, 0, -1)
  end
end

return M
